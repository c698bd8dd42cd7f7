const vscode = require('vscode');

exports.activate = () => {
    const changed = new vscode.EventEmitter();
    let selected = process.env.STAND_IN_PYTHON;
    return {
        environments: {
            getActiveEnvironmentPath: () => ({ path: selected }),
            resolveEnvironment: async ({ path }) => (path ? { executable: { uri: vscode.Uri.file(path) } } : undefined),
            onDidChangeActiveEnvironmentPath: changed.event,
        },
        select(path) {
            selected = path;
            changed.fire({ path });
        },
    };
};
