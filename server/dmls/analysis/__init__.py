"""Every question a shell may ask, answered from one snapshot.  Plain core values; offsets in code points.

A class for each layer of questions, each on top of the one before: `FileView`, `DeploymentView`, `FindingView` and, with the help for editors, `Analysis`.
"""

from dmls.analysis.files import outline
from dmls.analysis.help import Analysis, UsedCertificate
from dmls.analysis.record import FileRecord

__all__ = ["Analysis", "FileRecord", "UsedCertificate", "outline"]
