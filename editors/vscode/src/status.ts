/** The item in the language status: whether the server runs, which one, and what to do where it does not. */

import * as vscode from 'vscode';
import type { Found } from './server/locate';

export type State =
    | { readonly kind: 'looking' }
    | { readonly kind: 'installing' }
    | { readonly kind: 'starting'; readonly server: Found }
    | { readonly kind: 'running'; readonly server: Found }
    | { readonly kind: 'absent' }
    | { readonly kind: 'failed' }
    | { readonly kind: 'stopped' };

export class Status implements vscode.Disposable {
    private readonly item: vscode.LanguageStatusItem;
    /** What is shown now. */
    state: State = { kind: 'stopped' };

    constructor(selector: vscode.DocumentSelector) {
        this.item = vscode.languages.createLanguageStatusItem('dmls', selector);
        this.item.name = 'dmls';
        this.show(this.state);
    }

    show(state: State): void {
        const { item } = this;
        this.state = state;
        item.busy = state.kind === 'looking' || state.kind === 'installing' || state.kind === 'starting';
        item.severity = vscode.LanguageStatusSeverity.Information;
        item.command = { command: 'dmls.showLogs', title: vscode.l10n.t('Show Logs') };
        item.detail = undefined;
        switch (state.kind) {
            case 'looking':
                item.text = vscode.l10n.t('dmls: looking for the server');
                break;
            case 'installing':
                item.text = vscode.l10n.t('dmls: installing the server');
                break;
            case 'starting':
                item.text = vscode.l10n.t('dmls: starting');
                item.detail = state.server.version;
                break;
            case 'running':
                item.text = `dmls ${state.server.version}`;
                item.detail = where(state.server);
                item.command = { command: 'dmls.checkWorkspace', title: vscode.l10n.t('Check Workspace') };
                break;
            case 'absent':
                item.text = vscode.l10n.t('dmls: no server found');
                item.severity = vscode.LanguageStatusSeverity.Warning;
                item.command = { command: 'dmls.install', title: vscode.l10n.t('Install') };
                break;
            case 'failed':
                item.text = vscode.l10n.t('dmls: the server does not start');
                item.severity = vscode.LanguageStatusSeverity.Error;
                break;
            case 'stopped':
                item.text = vscode.l10n.t('dmls: stopped');
                item.severity = vscode.LanguageStatusSeverity.Warning;
                item.command = { command: 'dmls.restart', title: vscode.l10n.t('Restart Server') };
                break;
        }
        void vscode.commands.executeCommand('setContext', 'dmls.running', state.kind === 'running');
    }

    dispose(): void {
        this.item.dispose();
    }
}

/** Where a server was found, in words. */
export function where(server: Found): string {
    switch (server.origin) {
        case 'path-setting':
            return vscode.l10n.t('named by the setting dmls.path');
        case 'interpreter-setting':
            return vscode.l10n.t('in the Python of the setting dmls.interpreter');
        case 'search-path':
            return vscode.l10n.t('found on PATH');
        case 'selected-python':
            return vscode.l10n.t('in the selected Python');
        case 'managed':
            return vscode.l10n.t('installed by this extension');
    }
}
