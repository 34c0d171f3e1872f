/** The key pair that a served twin hands out. Twin layer, pure. */

/** Any other access key is let in too, as a user of its own. */
export const servedAccessKeyId = 'AKIATWINTWINTWINTWIN'
/** Signatures are not verified: this is no secret. */
export const servedSecretAccessKey = 'twin-secret-access-key-not-a-secret-0000'
