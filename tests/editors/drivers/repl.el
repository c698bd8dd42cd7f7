;;; repl.el --- Evaluate what comes in, a line each -*- lexical-binding: t; -*-
;;; Commentary:
;; Each line of standard input is a form; its value is printed as JSON behind "=> ", an error behind "!! ".
;;; Code:
(require 'json)
(defun repl-until (seconds look)
  "The first non-nil value of LOOK within SECONDS, letting processes and timers run."
  ;; The command loop does this after each command and in idle moments; there is none here.
  (run-hooks 'post-command-hook)
  (dolist (timer (copy-sequence timer-idle-list))
    (when (memq timer timer-idle-list)
      (timer-event-handler timer)))
  (let ((end (+ (float-time) seconds)) found)
    (while (not (or (setq found (funcall look)) (> (float-time) end)))
      (accept-process-output nil 0.02))
    found))
(while t
  (let* ((line (read-from-minibuffer ""))
         (said (condition-case err
                   (concat "=> " (json-encode (eval (car (read-from-string line)) t)))
                 (error (concat "!! " (error-message-string err))))))
    (send-string-to-terminal (concat said "\n"))))
;;; repl.el ends here
