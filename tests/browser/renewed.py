"""The site after a deployment that changed the scanner's page: for the tests of renewal."""

from app.checkins.views import app as shell
from app.factory import create_app

_text = shell.shell_text
shell.shell_text = lambda: _text().replace("</head>", '<meta name="renewed" content="yes"></head>')
app = create_app()
