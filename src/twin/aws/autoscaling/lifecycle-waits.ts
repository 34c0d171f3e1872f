/** Instances that wait for somebody to complete their lifecycle hooks. Twin layer. */

import type { Timer } from '../../kernel/queue.ts'
import type { AwsAccount } from '../account.ts'
import type { GroupState, InstanceState } from '../state.ts'
import type { HookState } from './state.ts'

/** What an instance does after its hooks. */
export type HookResult = 'CONTINUE' | 'ABANDON'

interface Wait {
  readonly instanceId: string
  readonly hook: HookState
  readonly token: string
  timer: Timer
  readonly complete: (result: HookResult) => void
}

/** All waits of an account. */
export class LifecycleWaits {
  private readonly waits = new Set<Wait>()

  /** The wait of an instance, or of a token, for one hook; undefined when nothing waits. */
  find(hookName: string, by: { instanceId?: string; token?: string }): Wait | undefined {
    for (const wait of this.waits) {
      if (wait.hook.name !== hookName) continue
      if (by.token === wait.token || by.instanceId === wait.instanceId) return wait
    }
    return undefined
  }

  /**
   * Calls `then` at once when the group has no hook for the transition, else when all hooks are
   * complete or one abandons. EKS completes its own hooks: they are not waited for.
   */
  await(
    account: AwsAccount,
    subject: { readonly group: GroupState; readonly instance: InstanceState },
    transition: 'autoscaling:EC2_INSTANCE_LAUNCHING' | 'autoscaling:EC2_INSTANCE_TERMINATING',
    then: (result: HookResult) => void,
  ): void {
    const { group, instance } = subject
    const hooks = group.hooks.filter(
      (hook) => hook.transition === transition && hook.defaultResult !== undefined,
    )
    if (hooks.length === 0) {
      then('CONTINUE')
      return
    }
    const isLaunch = transition === 'autoscaling:EC2_INSTANCE_LAUNCHING'
    instance.lifecycleState = isLaunch ? 'Pending:Wait' : 'Terminating:Wait'
    let left = hooks.length
    const complete = (result: HookResult): void => {
      left = result === 'ABANDON' ? 0 : left - 1
      if (left > 0) return
      for (const wait of this.waits) {
        if (wait.instanceId === instance.id) this.remove(wait)
      }
      instance.lifecycleState = isLaunch ? 'Pending:Proceed' : 'Terminating:Proceed'
      then(result)
    }
    for (const hook of hooks) this.start(account, { instanceId: instance.id, hook, complete })
  }

  /** Starts the hook's time again. */
  heartbeat(account: AwsAccount, wait: Wait): void {
    wait.timer.cancel()
    wait.timer = this.timer(account, wait)
  }

  /** Ends one wait. */
  complete(wait: Wait, result: HookResult): void {
    this.remove(wait)
    wait.complete(result)
  }

  private start(account: AwsAccount, spec: Pick<Wait, 'instanceId' | 'hook' | 'complete'>): void {
    const token = account.kernel.uuid('lifecycle-token')
    const timer: Timer = { cancel: () => undefined }
    const wait: Wait = { ...spec, token, timer }
    wait.timer = this.timer(account, wait)
    this.waits.add(wait)
  }

  private timer(account: AwsAccount, wait: Wait): Timer {
    const { defaultResult, timeoutSeconds } = wait.hook
    return account.kernel.after(timeoutSeconds * 1000, 'lifecycle-timeout', () => {
      if (this.waits.has(wait)) this.complete(wait, defaultResult as HookResult)
    })
  }

  private remove(wait: Wait): void {
    wait.timer.cancel()
    this.waits.delete(wait)
  }
}
