"""Variables looked at by themselves: a file before it is used, or the environment of a deployment."""

from __future__ import annotations

from pathlib import Path

from seatrial.bootstrap.doctor.computer import computer_findings
from seatrial.bootstrap.doctor.env_file import env_file_findings, read_env_file
from seatrial.bootstrap.doctor.examination import Examination
from seatrial.bootstrap.doctor.findings import Finding
from seatrial.bootstrap.doctor.installation import port_findings
from seatrial.bootstrap.doctor.staging_credentials import credential_findings
from seatrial.bootstrap.doctor.tools import tool_findings
from seatrial.bootstrap.environment import real_environment
from seatrial.bootstrap.settings import load_settings
from seatrial.domain.faults import SeatrialFault


def examine_variables(env_file: Path | None, *, credentials_only: bool) -> Examination:
    """Of a file, or of this process's environment.

    Raises:
        ConfigurationFault: the file cannot be read.
    """
    variables = read_env_file(env_file) if env_file is not None else real_environment()
    if credentials_only:
        return Examination(tuple(credential_findings(variables)))
    return Examination((*env_file_findings(variables), *tool_findings(strict=True), *_machine_findings(variables)))


def examine_dependencies() -> Examination:
    """Programs and machine, as strictly as staging asks."""
    return Examination((*tool_findings(strict=True), *computer_findings(Path(), strict=True)))


def _machine_findings(variables: dict[str, str]) -> tuple[Finding, ...]:
    """Machine and ports, where the variables are good enough to say which."""
    try:
        settings = load_settings({}, variables)
    except SeatrialFault:
        return tuple(computer_findings(Path(), strict=True))
    return (*computer_findings(settings.state, strict=True), *port_findings(settings))
