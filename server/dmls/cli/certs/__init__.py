"""What the commands `dmls certs …` share: reading the files, facts for programs, words and lines for people."""
