"""The commands that people run on a workload cluster: its account for the hub, its agent, the end.

A token is never part of a command: it is typed into kubectl's standard input and reaches the agent
as a Secret, so that neither a list of processes nor the history of a shell has it.
"""

import shlex
from dataclasses import dataclass
from pathlib import Path

SYSTEM = "ngf-system"
"""Namespace of the agent on a workload cluster."""
RELEASE = "ngf-console-agent"
TOKEN_SECRET = f"{RELEASE}-token"
ACCOUNT = "ngf-console"
_ACCOUNT_COMMANDS = Path(__file__).with_name("account.sh")


@dataclass(frozen=True, slots=True)
class Install:
    """Where agents find this hub, and which chart they are installed from.

    ``own_url`` is where the console listens, for want of a public address; ``otel_auth`` is how
    agents show their token where telemetry is not sent to the console itself.
    """

    public_url: str
    otel_url: str
    otel_auth: str
    chart: str
    own_url: str

    @property
    def problem(self) -> str:
        """Why agents elsewhere would not find the hub; "" when they will."""
        if self.public_url:
            return ""
        return (
            f"No public URL is configured, so the command names {self.own_url}, which agents"
            " elsewhere may not reach. Start the console with --public-url."
        )

    def command(self, cluster: str, otel_endpoint: str = "") -> str:
        """Shell lines that install the agent of a cluster; one of them asks for the token."""
        elsewhere = otel_endpoint or self.otel_url
        values = {
            "cluster.name": cluster,
            "hub.apiEndpoint": self.public_url or self.own_url,
            "hub.otelEndpoint": elsewhere,
            "hub.otelAuth": self.otel_auth if elsewhere else "",
            "hub.tokenSecret.name": TOKEN_SECRET,
        }
        options = [
            f"--set-string {shlex.quote(f'{key}={_escaped(value)}')}"
            for key, value in values.items()
            if value
        ]
        namespace = f"kubectl create namespace {SYSTEM} --dry-run=client -o yaml"
        secret = f"kubectl -n {SYSTEM} create secret generic {TOKEN_SECRET}"
        return "\n".join(
            [
                f"{namespace} | kubectl apply -f -",
                'read -rsp "Token: " token && printf %s "$token" |',
                f"  {secret} --from-file=token=/dev/stdin",
                f"helm upgrade --install {RELEASE} {shlex.quote(self.chart)} -n {SYSTEM} \\",
                *[f"  {option} \\" for option in options[:-1]],
                f"  {options[-1]}",
            ]
        )

    def account(self) -> str:
        """Shell lines that make an account for the hub and write its kubeconfig into a file."""
        return _ACCOUNT_COMMANDS.read_text()

    def remains(self) -> list[str]:
        """What stays on a cluster that has been unregistered."""
        return [
            f"the agent: Helm release {RELEASE} in namespace {SYSTEM}",
            f"the agent's token: Secret {SYSTEM}/{TOKEN_SECRET}, no longer valid",
            f"the hub's account, where the command given for it was used: {ACCOUNT}",
            "definitions and objects of ngf-console.f5.com",
        ]

    def removal(self) -> str:
        """Shell lines that remove that, but no definitions: their objects would go with them."""
        return "\n".join(
            [
                f"helm uninstall {RELEASE} -n {SYSTEM}",
                f"kubectl -n {SYSTEM} delete secret {TOKEN_SECRET} {ACCOUNT}-token",
                f"kubectl -n {SYSTEM} delete serviceaccount {ACCOUNT}",
                f"kubectl delete clusterrolebinding,clusterrole {ACCOUNT}",
            ]
        )


def _escaped(value: str) -> str:
    """Helm takes commas as separators."""
    return value.replace("\\", "\\\\").replace(",", "\\,")
