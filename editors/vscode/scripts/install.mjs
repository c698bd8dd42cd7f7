/** Installs the editor that the tests run in, where it is not yet. */

import { install } from './vscode.mjs';

install();
