;;; dmls-lsp.el --- dmls through lsp-mode -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; dmls runs beside other servers of a buffer (`:add-on?').

;;; Code:

(require 'cl-lib)
(require 'dmls)
(require 'ht)
(require 'lsp-mode)

(defun dmls-lsp--activate (_file _mode)
  "Whether the server is for this buffer."
  (dmls-file-p))

(defun dmls-lsp--copy (command)
  "Put the line of COMMAND into the kill ring."
  (dmls-copied (elt (gethash "arguments" command) 0)))

(defun dmls-lsp--explain (command)
  "Show the page of the rule of COMMAND."
  (let ((page (lsp-request "workspace/executeCommand" (list :command "dmls.explain" :arguments (gethash "arguments" command)))))
    (when page
      (dmls-show-page (gethash "rule" page) (gethash "markdown" page)))))

(add-to-list 'lsp-language-id-configuration '("\\.service\\'" . "systemd"))

(lsp-register-client
 (make-lsp-client
  :new-connection (lsp-stdio-connection #'dmls-command)
  :activation-fn #'dmls-lsp--activate
  :initialization-options #'dmls-initialization-options
  :action-handlers (ht ("dmls.copy" #'dmls-lsp--copy) ("dmls.explain" #'dmls-lsp--explain))
  :add-on? t
  :server-id 'dmls))

;;;###autoload
(defun dmls-lsp-start ()
  "Start the server for this buffer."
  (cl-loop for (key value) on dmls-settings by #'cddr
           do (lsp-register-custom-settings (list (list (concat "dmls." (substring (symbol-name key) 1)) value (booleanp value)))))
  (lsp-deferred))

(defun dmls-lsp-fix-all ()
  "Apply all safe fixes in this buffer."
  (lsp-execute-code-action-by-kind "source.fixAll.dmls"))

(provide 'dmls-lsp)
;;; dmls-lsp.el ends here
