import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { matches } from '../../src/glob';
import { forServer } from '../../src/settings';

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    contributes: { configuration: { properties: Record<string, { default: unknown }> }[]; yamlValidation: { fileMatch: string[]; url: string }[] };
};
const defaults = Object.fromEntries(manifest.contributes.configuration.flatMap(({ properties }) => Object.entries(properties).map(([key, { default: value }]) => [key, value])));

function section(set: Record<string, unknown> = {}, language = 'zh-cn'): Record<string, unknown> {
    return forServer((name) => ({ ...defaults, ...set })[`dmls.${name}`], language);
}

test('the server gets every setting that it knows, and none besides', () => {
    const schema = JSON.parse(readFileSync(path.join('..', '..', 'schemas', 'dmls.schema.json'), 'utf8')) as { properties: Record<string, { properties?: object }> };
    const camel = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    assert.deepEqual(Object.keys(section()).sort(), Object.keys(schema.properties).map(camel).sort());
    for (const [name, { properties }] of Object.entries(schema.properties)) {
        if (properties !== undefined) {
            assert.deepEqual(Object.keys(section()[camel(name)] as object).sort(), Object.keys(properties).map(camel).sort());
        }
    }
});

test('auto is the language of the editor', () => {
    assert.equal(section().language, 'zh-cn');
    assert.equal(section({ 'dmls.language': 'en' }).language, 'en');
});

test('values arrive as they are set', () => {
    const set = section({ 'dmls.dmVersion': ['7.5.3', '8.5.7'], 'dmls.tls.pathMap': { '/etc/dm': 'deploy' }, 'dmls.editor.codeLenses': false });
    assert.deepEqual(set.dmVersion, ['7.5.3', '8.5.7']);
    assert.deepEqual((set.tls as Record<string, unknown>).pathMap, { '/etc/dm': 'deploy' });
    assert.equal((set.editor as Record<string, unknown>).codeLenses, false);
});

test('rules of the schemas are off where another extension reports them; what the user says of one still counts', () => {
    assert.deepEqual(section().rules, {});
    assert.deepEqual(section({ 'dmls.schemaRules': 'on' }).rules, {});
    const rules = section({ 'dmls.schemaRules': 'off', 'dmls.rules': { 'unknown-key': 'warning', 'tls-cn-empty': 'hint' } }).rules as Record<string, string>;
    assert.equal(rules['wrong-type'], 'off');
    assert.equal(rules['unknown-key'], 'warning');
    assert.equal(rules['tls-cn-empty'], 'hint');
});

test('patterns of the catalogue', () => {
    assert.ok(matches('dm-task*.yaml', '/deployment/conf/dm-task-1.yaml'));
    assert.ok(!matches('dm-task*.yaml', '/deployment/my-dm-task.yaml'));
    assert.ok(!matches('dm-task*.yaml', '/deployment/dm-task/other.yaml'));
    assert.ok(matches('*mysql-source*.yaml', '/mysql-source1.yaml'));
    assert.ok(matches('**/configs/tasks/*.yaml', '/a/b/configs/tasks/x.yaml'));
    assert.ok(matches('**/configs/tasks/*.yaml', '/configs/tasks/x.yaml'));
    assert.ok(!matches('**/configs/tasks/*.yaml', '/configs/tasks/deep/x.yaml'));
    assert.ok(matches('dm-master[0-9]*.toml', '/dm-master1.toml'));
    assert.ok(!matches('dm-master[0-9]*.toml', '/dm-masterx.toml'));
});
