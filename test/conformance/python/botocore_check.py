"""Checks recorded exchanges against botocore's service models.

Reads files of exchanges (a JSON object per line), finds the operation of each request in the model,
and walks the answer: unknown members, wrong types, values outside of enums, missing required members,
error codes that no model knows. Prints a JSON report: counts and the first of each kind of fault.
"""

import json
import re
import sys
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import botocore.session
from botocore.model import ServiceModel

SESSION = botocore.session.get_session()
MODELS = {}
# Codes that any operation may answer, whatever its model lists (AWS: common errors).
COMMON = {
    'AccessDeniedException', 'AuthFailure', 'ExpiredToken', 'ExpiredTokenException', 'IncompleteSignature',
    'InternalFailure', 'InvalidAction', 'InvalidClientTokenId', 'MissingAuthenticationToken',
    'MissingParameter', 'NotImplemented', 'RequestExpired', 'SignatureDoesNotMatch', 'Throttling',
    'ThrottlingException', 'UnrecognizedClientException', 'ValidationError', 'ValidationException',
    'AccessDenied', 'InvalidInput',
}

# Values that AWS answers although its own model does not list them.
KNOWN = {
    ('AttachmentStatus', 'available'): 'EC2 says it of attached internet gateways; clients wait for it',
}

KNOWN_CODES = {
    ('CreateNodegroup', 'ResourceNotFoundException'): 'EKS says it of a cluster that is not there',
}


def model_of(service):
    if service not in MODELS:
        loader = SESSION.get_component('data_loader')
        MODELS[service] = ServiceModel(loader.load_service_model(service, 'service-2'), service)
    return MODELS[service]


def service_of(headers):
    match = re.search(r'Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request', headers.get('authorization', ''))
    return match.group(1) if match else None


def routes_of(model):
    for name in model.operation_names:
        operation = model.operation_model(name)
        template = operation.http['requestUri'].split('?')[0]
        pattern = re.sub(r'\\\{[^}]+?\\\+\\\}', '.+', re.escape(template))
        pattern = re.sub(r'\\\{[^}]+?\\\}', '[^/]+', pattern)
        yield operation, operation.http['method'], re.compile(f'^{pattern}/?$')


def operation_of(model, request):
    protocol = model.metadata['protocol']
    if protocol in ('query', 'ec2'):
        form = parse_qs(request['body'], keep_blank_values=True)
        return model.operation_model(form['Action'][0])
    if protocol == 'json':
        return model.operation_model(request['headers']['x-amz-target'].split('.')[-1])
    path = urlsplit(request['path']).path
    found = [
        operation
        for operation, method, pattern in routes_of(model)
        if method == request['method'] and pattern.match(path)
    ]
    found.sort(key=lambda one: one.http['requestUri'].count('{'))
    return found[0]


class Walk:
    """One answer; faults are texts with the member's place."""

    def __init__(self):
        self.faults = []
        self.members = 0
        self.newer = set()
        self.known = set()

    def fault(self, kind, place, what=''):
        self.faults.append((kind, f'{place} {what}'.strip()))

    def required(self, shape, present, place):
        for name in shape.required_members:
            if name not in present:
                self.fault('missing required member', f'{place}.{name}')

    def enum(self, shape, value, place):
        values = getattr(shape, 'enum', None)
        if values and value not in values and shape.name == 'InstanceType':
            # The twin's table may be younger than the model on this machine.
            self.newer.add(value)
        elif (shape.name, value) in KNOWN:
            self.known.add(f'{shape.name} {value}: {KNOWN[shape.name, value]}')
        elif values and value not in values:
            self.fault('value outside of the enum', place, repr(value))

    # JSON

    def json(self, shape, value, place):
        self.members += 1
        kind = shape.type_name
        if value is None:
            return
        if kind == 'structure':
            return self.json_structure(shape, value, place)
        if kind == 'list':
            if not isinstance(value, list):
                return self.fault('wrong type', place, 'not a list')
            for index, one in enumerate(value):
                self.json(shape.member, one, f'{place}[{index}]')
        elif kind == 'map':
            if not isinstance(value, dict):
                return self.fault('wrong type', place, 'not a map')
            for key, one in value.items():
                self.enum(shape.key, key, f'{place} key')
                self.json(shape.value, one, f'{place}.{key}')
        elif kind == 'string':
            if not isinstance(value, str):
                return self.fault('wrong type', place, f'{value!r} is no string')
            self.enum(shape, value, place)
        elif kind == 'boolean' and not isinstance(value, bool):
            self.fault('wrong type', place, f'{value!r} is no boolean')
        elif kind in ('integer', 'long') and (isinstance(value, bool) or not isinstance(value, int)):
            self.fault('wrong type', place, f'{value!r} is no integer')
        elif kind in ('float', 'double', 'timestamp') and (
            isinstance(value, bool) or not isinstance(value, (int, float))
        ):
            self.fault('wrong type', place, f'{value!r} is no number')

    def json_structure(self, shape, value, place):
        if not isinstance(value, dict):
            return self.fault('wrong type', place, 'not a structure')
        by_name = {}
        for name, member in shape.members.items():
            if 'location' in member.serialization:
                continue
            by_name[member.serialization.get('name', name)] = (name, member)
        for key, one in value.items():
            if key not in by_name:
                self.fault('unknown member', f'{place}.{key}')
            else:
                self.json(by_name[key][1], one, f'{place}.{key}')
        present = {by_name[key][0] for key, one in value.items() if key in by_name and one is not None}
        self.required(shape, present, place)

    # XML

    def xml(self, shape, node, place, is_ec2):
        self.members += 1
        kind = shape.type_name
        if kind == 'structure':
            return self.xml_structure(shape, node, place, is_ec2)
        if kind == 'list':
            item = shape.member.serialization.get('name', 'member')
            for index, child in enumerate(node):
                if local(child) != item:
                    self.fault('unknown member', f'{place}.{local(child)}', f'in a list of {item}')
                else:
                    self.xml(shape.member, child, f'{place}[{index}]', is_ec2)
            return None
        if kind == 'map':
            return None
        text = node.text or ''
        if len(node):
            self.fault('wrong type', place, 'has elements, is a scalar')
        elif kind == 'boolean' and text not in ('true', 'false'):
            self.fault('wrong type', place, f'{text!r} is no boolean')
        elif kind in ('integer', 'long') and not re.fullmatch(r'-?\d+', text):
            self.fault('wrong type', place, f'{text!r} is no integer')
        elif kind in ('float', 'double') and not re.fullmatch(r'-?\d+(\.\d+)?([eE][-+]?\d+)?', text):
            self.fault('wrong type', place, f'{text!r} is no number')
        elif kind == 'timestamp' and not is_timestamp(text):
            self.fault('wrong type', place, f'{text!r} is no time')
        elif kind == 'string':
            self.enum(shape, text, place)
        return None

    def xml_structure(self, shape, node, place, is_ec2):
        by_name = {}
        for name, member in shape.members.items():
            flat = member.type_name == 'list' and (member.serialization.get('flattened') or False)
            key = member.serialization.get('name', name)
            if flat:
                key = member.member.serialization.get('name', key)
            by_name[key] = (name, member, flat)
        present = set()
        for child in node:
            key = local(child)
            if key not in by_name:
                self.fault('unknown member', f'{place}.{key}')
                continue
            name, member, flat = by_name[key]
            present.add(name)
            self.xml(member.member if flat else member, child, f'{place}.{key}', is_ec2)
        # Empty lists may be left out of XML: readers see no difference.
        lists = {name for name, member in shape.members.items() if member.type_name == 'list'}
        self.required(shape, present | lists, place)


def local(node):
    return node.tag.split('}')[-1]


def is_timestamp(text):
    try:
        datetime.fromisoformat(text.replace('Z', '+00:00'))
        return True
    except ValueError:
        return False


def check_success(walk, model, operation, response):
    protocol = model.metadata['protocol']
    shape = operation.output_shape
    body = response['body']
    if protocol in ('rest-json', 'json'):
        if shape is not None and body:
            walk.json(shape, json.loads(body), operation.name)
        return
    root = ElementTree.fromstring(body)
    if local(root) != f'{operation.name}Response':
        return walk.fault('wrong root', local(root), f'for {operation.name}')
    if protocol == 'ec2':
        for child in [one for one in root if local(one) == 'requestId']:
            root.remove(child)
        if shape is not None:
            walk.xml(shape, root, operation.name, True)
        elif [one for one in root if local(one) != 'return']:
            walk.fault('unknown member', operation.name, 'has no output')
        return
    result = [one for one in root if local(one) == f'{operation.name}Result']
    if shape is not None and not result:
        return walk.fault('wrong root', operation.name, 'without its result')
    if shape is not None:
        walk.xml(shape, result[0], operation.name, False)
    if not any(local(one) == 'ResponseMetadata' for one in root):
        walk.fault('missing required member', f'{operation.name}.ResponseMetadata')


def check_error(walk, model, operation, response):
    protocol = model.metadata['protocol']
    codes = {}
    for shape in operation.error_shapes:
        codes[shape.metadata.get('error', {}).get('code', shape.name)] = shape
        codes[shape.name] = shape
    if protocol == 'rest-json':
        code = response['headers'].get('x-amzn-errortype', '').split(':')[0]
        if code in codes:
            body = json.loads(response['body'])
            shape = codes[code]
            status = shape.metadata.get('error', {}).get('httpStatusCode')
            if status is not None and status != response['status']:
                walk.fault('wrong status', f'{operation.name} {code}', str(response['status']))
            names = {member.lower() for member in shape.members} | {'message', '__type'}
            for key in body:
                if key.lower() not in names:
                    walk.fault('unknown member', f'{operation.name} {code}.{key}')
    elif protocol == 'json':
        code = json.loads(response['body']).get('__type', '').split('#')[-1]
    else:
        root = ElementTree.fromstring(response['body'])
        code = next((one.text for one in root.iter() if local(one) == 'Code'), '')
        if next((one.text for one in root.iter() if local(one) == 'Message'), None) is None:
            walk.fault('missing required member', f'{operation.name} {code}.Message')
        if not any(local(one).lower() == 'requestid' for one in root.iter()):
            walk.fault('missing required member', f'{operation.name} {code}.RequestId')
    # EC2's model lists no errors at all.
    if (operation.name, code) in KNOWN_CODES:
        walk.known.add(f'{operation.name} {code}: {KNOWN_CODES[operation.name, code]}')
    elif protocol != 'ec2' and code not in codes and code not in COMMON:
        walk.fault('error code outside of the model', f'{operation.name} {code}')


def main(files):
    report = {'exchanges': 0, 'errors': 0, 'members': 0, 'skipped': 0, 'faults': {}, 'operations': []}
    operations = set()
    newer, known = set(), set()
    report['judged'] = {}
    for file in files:
        judged = set()
        report['judged'][file] = judged
        for line in open(file, encoding='utf-8'):
            exchange = json.loads(line)
            request, response = exchange['request'], exchange['response']
            service = service_of(request['headers'])
            if service is None:
                report['skipped'] += 1
                continue
            model = model_of(service)
            try:
                operation = operation_of(model, request)
            except Exception:
                report['skipped'] += 1
                continue
            operations.add(f'{service}:{operation.name}')
            if response['status'] < 300:
                judged.add(f'{service}:{operation.name}')
            walk = Walk()
            report['exchanges'] += 1
            if response['status'] < 300:
                check_success(walk, model, operation, response)
            elif response['status'] != 501 and 'NotImplemented' not in response['body']:
                report['errors'] += 1
                check_error(walk, model, operation, response)
            report['members'] += walk.members
            newer |= walk.newer
            known |= walk.known
            for kind, place in walk.faults:
                place = f'{service} {re.sub(chr(92) + "[" + chr(92) + "d+" + chr(92) + "]", "[]", place)}'
                report['faults'].setdefault(kind, {}).setdefault(place, 0)
                report['faults'][kind][place] += 1
    report['operations'] = sorted(operations)
    report['newer'] = sorted(newer)
    report['known'] = sorted(known)
    report['judged'] = {file: sorted(names) for file, names in report['judged'].items()}
    print(json.dumps(report))


if __name__ == '__main__':
    main(sys.argv[1:])
