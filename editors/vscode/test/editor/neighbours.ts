/** Life beside other extensions, played by the stand-ins. */

import { actions, api, assert, file, finding, open, rules, runAll, running, set, test, until, vscode } from './harness';

interface Contributor {
    requestSchema(resource: string): string | undefined;
    requestContent(uri: string): Promise<string>;
}

const YAML = 'redhat.vscode-yaml';
const PYTHON = 'ms-python.python';
const TASK = (): string => file('dm-task.yaml').toString();

async function contributor(): Promise<Contributor> {
    const yaml = vscode.extensions.getExtension<{ contributors: Map<string, Contributor> }>(YAML);
    return until('the schemas to be offered', async () => (await yaml?.activate())?.contributors.get('dmls'));
}

test('the server of the selected Python is used', async () => {
    await running();
    await open('dm-task.yaml');
    await finding('dm-task.yaml', 'unknown-key');
});

test('while dmls reports, the YAML extension gets no schema', async () => {
    const { requestSchema } = await contributor();
    assert.equal(requestSchema(TASK()), undefined);
    await set('schemaRules', 'on');
    assert.equal(requestSchema(TASK()), undefined);
});

test('what the YAML extension knows of our files allows everything', () => {
    const dmls = vscode.extensions.getExtension('dmls.dmls');
    const contributed = (dmls?.packageJSON as { contributes: { yamlValidation: { url: string }[]; tomlValidation?: unknown } }).contributes;
    assert.ok(contributed.yamlValidation.every(({ url }) => url.endsWith('checked-by-dmls.schema.json')));
    assert.equal(contributed.tomlValidation, undefined);
});

test('with schemaRules off it gets the schemas, and dmls is silent about what they see', async () => {
    await set('schemaRules', 'off');
    const { requestSchema, requestContent } = await contributor();
    const uri = requestSchema(TASK());
    assert.ok(uri);
    const schema = JSON.parse(await requestContent(uri)) as { title: string; properties: object };
    assert.ok('task-mode' in schema.properties);
    assert.equal(requestSchema(file('notes.yaml').toString()), undefined);
    await until('our findings to go', () => !rules('dm-task.yaml').includes('unknown-key'));
    await set('schemaRules', undefined);
    await finding('dm-task.yaml', 'unknown-key');
});

test('what another validator has marked is not said again, and the repair is still offered', async () => {
    const { document } = await open('dm-task.yaml');
    const ours = await finding('dm-task.yaml', 'unknown-key');
    const theirs = vscode.languages.createDiagnosticCollection('theirs');
    try {
        const mark = new vscode.Diagnostic(ours.range, 'Property block-alow-list is not allowed.');
        mark.source = 'yaml-schema: DM task configuration';
        theirs.set(document.uri, [mark]);
        await until('ours to go', () => !rules('dm-task.yaml').includes('unknown-key'));
        assert.ok(rules('dm-task.yaml').includes('unknown-value'), 'another line');
        const offered = await actions(document, ours.range, vscode.CodeActionKind.QuickFix.value);
        assert.ok(offered.some(({ edit }) => edit !== undefined));
        await set('schemaRules', 'on');
        await finding('dm-task.yaml', 'unknown-key');
        await set('schemaRules', undefined);
        await until('ours to go again', () => !rules('dm-task.yaml').includes('unknown-key'));
        mark.source = 'a spelling checker';
        theirs.set(document.uri, [mark]);
        await finding('dm-task.yaml', 'unknown-key');
    } finally {
        theirs.dispose();
    }
});

test('there is one outline', async () => {
    await open('dm-task.yaml');
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>('vscode.executeDocumentSymbolProvider', file('dm-task.yaml'));
    assert.deepEqual(symbols ?? [], []);
});

test('where no server runs, the YAML extension gets the schemas', async () => {
    const python = vscode.extensions.getExtension<{ select(path?: string): void }>(PYTHON);
    const chosen = process.env.STAND_IN_PYTHON;
    python?.exports.select(undefined);
    const { state } = await api();
    await until('the server to be gone', () => state() === 'absent');
    const { requestSchema } = await contributor();
    assert.ok(requestSchema(TASK()));
    python?.exports.select(chosen);
    await running();
    assert.equal(requestSchema(TASK()), undefined);
});

export const run = runAll;
