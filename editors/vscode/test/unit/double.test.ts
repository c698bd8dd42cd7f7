import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repeated, validates } from '../../src/double';

test('the validators for YAML and TOML are known by their sources, and no others', () => {
    for (const source of ['YAML', 'yaml-schema: DM task configuration', 'Even Better TOML', 'Tombi']) {
        assert.ok(validates(source), source);
    }
    for (const source of ['dmls', 'cSpell', 'yamllint', '', undefined]) {
        assert.ok(!validates(source), source);
    }
});

test('what a parser or a schema sees is not said twice in a line', () => {
    const marked = new Set([3]);
    for (const rule of ['syntax-error', 'duplicate-key', 'unknown-key', 'wrong-type', 'unknown-value', 'tls-unknown-key']) {
        assert.ok(repeated({ rule, line: 3 }, marked), rule);
        assert.ok(!repeated({ rule, line: 4 }, marked), rule);
    }
});

test('what only dmls sees is always said', () => {
    for (const rule of ['tls-cert-expired', 'tls-file-not-found', 'address-port-empty', 'tls-master-ca-only']) {
        assert.ok(!repeated({ rule, line: 3 }, new Set([3])), rule);
    }
});
