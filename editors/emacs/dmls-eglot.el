;;; dmls-eglot.el --- dmls through Eglot -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; `dmls-eglot-start' puts dmls first in `eglot-server-programs' of the
;; buffer, so that the servers of other YAML and TOML files stay as they are.

;;; Code:

(require 'cl-lib)
(require 'dmls)
(require 'eglot)

(defclass dmls-eglot-server (eglot-lsp-server) ()
  :documentation "The server, and what is done here of its commands.")

(cl-defmethod eglot-initialization-options ((_server dmls-eglot-server))
  "The settings."
  (dmls-initialization-options))

(cl-defmethod eglot-handle-request ((server dmls-eglot-server) (_method (eql workspace/configuration)) &key items)
  "Answer SERVER the ITEMS that it asks for.
What `eglot-workspace-configuration' says goes before `dmls-settings'."
  (ignore server)
  (cl-map 'vector
          (lambda (item said) (or said (and (equal (plist-get item :section) "dmls") dmls-settings)))
          items (cl-call-next-method)))

(cl-defmethod eglot-execute ((server dmls-eglot-server) action)
  "Carry out ACTION of SERVER.
Lines for the clipboard and pages of rules are shown here."
  (pcase (plist-get action :command)
    ("dmls.copy" (dmls-copied (elt (plist-get action :arguments) 0)))
    ("dmls.explain"
     (let ((page (eglot--request server :workspace/executeCommand (list :command "dmls.explain" :arguments (plist-get action :arguments)))))
       (when page
         (dmls-show-page (plist-get page :rule) (plist-get page :markdown)))))
    (_ (cl-call-next-method))))

(defconst dmls-eglot--modes
  '((conf-toml-mode :language-id "toml")
    (toml-mode :language-id "toml")
    (toml-ts-mode :language-id "toml")
    (yaml-mode :language-id "yaml")
    (yaml-ts-mode :language-id "yaml")
    (sh-mode :language-id "shellscript")
    (bash-ts-mode :language-id "shellscript")
    (conf-unix-mode :language-id "systemd")
    (systemd-mode :language-id "systemd"))
  "The modes that one server cares for: it sees a deployment as a whole.")

(defun dmls-eglot--contact (&rest _)
  "How Eglot starts the server."
  (cons 'dmls-eglot-server (dmls-command)))

;;;###autoload
(defun dmls-eglot-start ()
  "Start the server for this buffer."
  (when (assq major-mode dmls-eglot--modes)
    (setq-local eglot-server-programs (cons (cons dmls-eglot--modes #'dmls-eglot--contact) eglot-server-programs))
    (eglot-ensure)))

(defun dmls-eglot-fix-all ()
  "Apply all safe fixes in this buffer."
  (eglot-code-actions (point-min) (point-max) "source.fixAll.dmls" t))

(provide 'dmls-eglot)
;;; dmls-eglot.el ends here
