import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compare, MINIMUM, supported, versionIn } from '../../src/server/version';

test('a version is read from what programs print', () => {
    assert.equal(versionIn('dmls 0.1.0\n'), '0.1.0');
    assert.equal(versionIn('warning: something\r\ndmls 1.2.3rc1\r\n'), '1.2.3rc1');
    assert.equal(versionIn('Python 3.12.1\n'), '3.12.1');
    assert.equal(versionIn('Python 3.13.0rc2+\n'), undefined);
    assert.equal(versionIn('usage: dmls [-h]'), undefined);
    assert.equal(versionIn(''), undefined);
});

test('versions are ordered by their numbers, pre-releases before their release', () => {
    const rising = ['0.1', '0.2.0rc1', '0.2.0', '0.2.1', '0.10.0', '1', '3.9', '3.10'];
    for (let i = 1; i < rising.length; i++) {
        assert.ok(compare(rising[i - 1]!, rising[i]!) < 0, `${rising[i - 1]} < ${rising[i]}`);
        assert.ok(compare(rising[i]!, rising[i - 1]!) > 0);
    }
    assert.equal(compare('1', '1.0.0'), 0);
    assert.ok(compare('0.2.0.dev3', '0.2.0') < 0);
});

test('the oldest server that is supported is supported, and an older one is not', () => {
    assert.ok(supported(MINIMUM));
    assert.ok(!supported('0.0.9'));
    assert.ok(!supported(`${MINIMUM}rc1`));
});
