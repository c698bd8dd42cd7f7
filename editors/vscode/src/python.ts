/** The Python that the user has selected for the workspace, as far as an extension knows one. */

import * as vscode from 'vscode';

/** What is used of the API of `ms-python.python`. */
interface PythonApi {
    readonly environments: {
        getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
        resolveEnvironment(environment: { readonly path: string }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
        readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
    };
}

const PYTHON = 'ms-python.python';

/** The path of the selected Python; undefined where nothing is selected or nobody knows. */
export async function selectedPython(log: vscode.LogOutputChannel): Promise<string | undefined> {
    const api = await pythonApi(log);
    if (api === undefined) {
        return undefined;
    }
    try {
        const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
        const environment = await api.environments.resolveEnvironment(api.environments.getActiveEnvironmentPath(folder));
        return environment?.executable.uri?.fsPath;
    } catch (error) {
        log.warn(`The Python extension does not tell the selected Python: ${String(error)}`);
        return undefined;
    }
}

/** Calls `changed` whenever another Python is selected. */
export async function watchPython(log: vscode.LogOutputChannel, changed: () => void): Promise<vscode.Disposable | undefined> {
    const api = await pythonApi(log);
    return api?.environments.onDidChangeActiveEnvironmentPath(changed);
}

async function pythonApi(log: vscode.LogOutputChannel): Promise<PythonApi | undefined> {
    const extension = vscode.extensions.getExtension<PythonApi | undefined>(PYTHON);
    if (extension === undefined) {
        return undefined;
    }
    try {
        const api = await extension.activate();
        return api?.environments === undefined ? undefined : api;
    } catch (error) {
        log.warn(`The Python extension does not start: ${String(error)}`);
        return undefined;
    }
}
