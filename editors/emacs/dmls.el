;;; dmls.el --- Language server for TiDB Data Migration configurations -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools, convenience
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; dmls checks the configuration files of TiDB Data Migration (DM) while you
;; type.
;;
;;   (require 'dmls)
;;   (dmls-global-mode)
;;
;; starts it in every file that is DM's, through Eglot, or through lsp-mode
;; where `dmls-client' says so.

;;; Code:

(require 'seq)

(defgroup dmls nil
  "Language server for TiDB Data Migration configurations."
  :group 'tools
  :prefix "dmls-")

(defcustom dmls-program "dmls"
  "The program dmls."
  :type 'string)

(defcustom dmls-client 'eglot
  "Through what the language server is started."
  :type '(choice (const eglot) (const lsp-mode)))

(defun dmls--language-of-emacs ()
  "The language \"zh\" where the locale is Chinese, else nil."
  (let ((locale (seq-find (lambda (value) (and value (not (string= value ""))))
                          (mapcar #'getenv '("LC_ALL" "LC_MESSAGES" "LANG")))))
    (and locale (string-prefix-p "zh" locale) "zh")))

(defcustom dmls-settings (let ((language (dmls--language-of-emacs)))
                           (and language (list :language language)))
  "The settings of dmls as a property list.
An example: (:language \"zh\" :dm-version \"8.5.7\").
They are the same as in a .dmls.toml, which is stronger."
  :type '(plist :key-type symbol))

(defun dmls-command ()
  "The command line of the server."
  (list dmls-program "serve" "--stdio"))

(defun dmls-initialization-options ()
  "What the server is told at its start.
That is the settings, and which results are shown here."
  (append dmls-settings '(:presents ["copy" "explain"])))

;;;; Which files are DM's

(defconst dmls--names
  (rx bos (or ".dmls.toml"
              (seq "dm" (any "-_") (or "master" "worker") (* nonl) ".toml")
              (seq "dmctl" (* nonl) ".toml")
              (seq "dm" (any "-_") (or "task" "source") (* nonl) (or ".yaml" ".yml")))
      eos)
  "Names that only DM uses.")

(defconst dmls--comment (rx bol (* blank) "#" (* blank) "dmls:" (* blank) "kind" (* blank) "=")
  "A comment that says of which kind a file is.")

(defun dmls--key (indent assign &rest keys)
  "A pattern for one of KEYS after INDENT and before ASSIGN."
  (concat "^" indent "[\"']?\\(?:" (mapconcat #'identity keys "\\|") "\\)[\"']?[ \t]*" assign))

(defconst dmls--yaml
  (list (dmls--key "{?[ \t]*" ":" "task-mode" "mysql-instances" "target-database" "relay-binlog-name" "relay-binlog-gtid"
                   "enable-relay" "enable-gtid")
        (dmls--key "[ \t]*" ":" "master_servers" "worker_servers"))
  "Patterns each of which tells a YAML file of DM.")

(defconst dmls--likely
  (list (list "task.*\\.ya?ml\\'" "" "task[-_]?mode" "mysql[-_]?instances?" "target[-_]?\\(?:db\\|database\\)" "shard[-_]?mode"
              "is[-_]?sharding" "meta[-_]?schema" "block[-_]?allow[-_]?list")
        (list "\\(?:source.*\\|\\`mysql-[0-9]+\\)\\.ya?ml\\'" "" "source[-_]?id" "enable[-_]?gtid" "enable[-_]?relay" "relay[-_]?dir" "server[-_]?id")
        (list "master.*\\.toml\\'" "[ \t]*" "master-addr" "peer-urls" "advertise-peer-urls" "initial-cluster")
        (list "worker.*\\.toml\\'" "[ \t]*" "worker-addr" "keepalive-ttl" "join"))
  "Names that suggest DM.
Behind each stand the indentation of keys and the keys that are enough.")

(defconst dmls--script (rx (or (seq "." (or "sh" "bash" "service")) (seq bos (+ (not ".")))) eos)
  "Names that a script or a unit of systemd may have.")

(defconst dmls--starts (rx bol (* blank) (? (not (any "#;" blank "\n")) (* nonl)) (or "dm-master" "dm-worker" "dmctl"))
  "A line of a script, no comment, that names a program of DM.")

(defun dmls--script-p (name)
  "Whether the buffer holds a script or unit called NAME that starts DM."
  (and (string-match-p dmls--script name)
       (save-excursion
         (save-restriction
           (widen)
           (goto-char (point-min))
           (and (or (string-search "." name) (looking-at "#!.*sh"))
                (re-search-forward dmls--starts nil t))))))

(defun dmls--has (pattern)
  "Whether the first lines of the buffer have PATTERN."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (let ((case-fold-search t))
        (re-search-forward pattern (min (point-max) 20000) t)))))

(defun dmls--said-in-settings-p (file)
  "Whether a .dmls.toml above FILE may say of which kind it is."
  (let ((folder (locate-dominating-file file ".dmls.toml")))
    (and folder
         (with-temp-buffer
           (insert-file-contents (expand-file-name ".dmls.toml" folder) nil 0 20000)
           (re-search-forward "^[ \t]*\\[?[ \t]*kinds" nil t)))))

;;;###autoload
(defun dmls-file-p ()
  "Whether this buffer holds a file of DM.
The server is the judge and stays silent in other files; this keeps it from
being started for each of them."
  (let* ((file (buffer-file-name))
         (name (and file (downcase (file-name-nondirectory file)))))
    (and name
         (or (string-match-p dmls--names name)
             (dmls--script-p name)
             (and (string-match-p "\\.\\(?:toml\\|ya?ml\\)\\'" name)
                  (or (dmls--has dmls--comment)
                      (if (string-suffix-p ".toml" name)
                          (and (dmls--has (dmls--key "[ \t]*" "=" "master-addr"))
                               (dmls--has (dmls--key "[ \t]*" "=" "peer-urls" "initial-cluster" "advertise-peer-urls")))
                        (or (seq-some #'dmls--has dmls--yaml)
                            (and (dmls--has (dmls--key "" ":" "source-id")) (dmls--has (dmls--key "" ":" "from")))))
                      (seq-some (lambda (row)
                                  (and (string-match-p (car row) name)
                                       (dmls--has (apply #'dmls--key (cadr row) "" (cddr row)))))
                                dmls--likely)
                      (dmls--said-in-settings-p file))))
         t)))

;;;; Starting

(declare-function dmls-eglot-start "dmls-eglot")
(declare-function dmls-lsp-start "dmls-lsp")

;;;###autoload
(defun dmls-ensure ()
  "Start the language server for this buffer where it holds a file of DM."
  (when (dmls-file-p)
    ;; Emacs has no mode for units of systemd.
    (when (eq major-mode 'fundamental-mode)
      (conf-unix-mode))
    (pcase dmls-client
      ('lsp-mode (require 'dmls-lsp) (dmls-lsp-start))
      (_ (require 'dmls-eglot) (dmls-eglot-start)))))

;;;###autoload
(define-minor-mode dmls-global-mode
  "Start the language server in every file of DM that is visited."
  :global t
  (if dmls-global-mode
      (add-hook 'find-file-hook #'dmls-ensure)
    (remove-hook 'find-file-hook #'dmls-ensure)))

;;;; Commands

(defun dmls-copied (text)
  "Put TEXT into the kill ring and tell of it."
  (kill-new text)
  (message "dmls: %s" text))

(defun dmls--environment ()
  "The environment of programs whose words are shown."
  (let ((language (plist-get dmls-settings :language)))
    (if language (cons (concat "DMLS_LANG=" language) process-environment) process-environment)))

(defun dmls--show (title &rest arguments)
  "Show what dmls with ARGUMENTS prints in a buffer called TITLE."
  (let ((process-environment (dmls--environment)))
    (with-help-window (format "*dmls %s*" title)
      (with-current-buffer standard-output
        (apply #'call-process dmls-program nil t nil arguments)))))

(defun dmls-show-page (rule markdown)
  "Show the page MARKDOWN of RULE."
  (with-help-window (format "*dmls %s*" rule)
    (with-current-buffer standard-output
      (insert markdown))))

(defun dmls--rules ()
  "The names of all rules."
  (with-temp-buffer
    (when (zerop (call-process dmls-program nil t nil "rules" "--format" "json"))
      (goto-char (point-min))
      (mapcar (lambda (rule) (gethash "name" rule)) (gethash "rules" (json-parse-buffer))))))

;;;###autoload
(defun dmls-explain (rule)
  "Show what RULE finds, why it matters to DM, and how to repair it."
  (interactive (list (completing-read "Rule: " (dmls--rules) nil t)))
  (dmls--show rule "explain" rule))

;;;###autoload
(defun dmls-check (folder)
  "Check all files of DM below FOLDER."
  (interactive (list (read-directory-name "Folder: ")))
  (let ((process-environment (dmls--environment)))
    (compile (mapconcat #'shell-quote-argument (list dmls-program "check" (expand-file-name folder)) " "))))

;;;###autoload
(defun dmls-doctor ()
  "Show what runs, which settings hold and what is seen of this file."
  (interactive)
  (if (buffer-file-name)
      (dmls--show "doctor" "doctor" (buffer-file-name))
    (dmls--show "doctor" "doctor")))

(declare-function dmls-eglot-fix-all "dmls-eglot")
(declare-function dmls-lsp-fix-all "dmls-lsp")

;;;###autoload
(defun dmls-fix-all ()
  "Apply all safe fixes in this buffer."
  (interactive)
  (pcase dmls-client
    ('lsp-mode (dmls-lsp-fix-all))
    (_ (dmls-eglot-fix-all))))

(provide 'dmls)
;;; dmls.el ends here
