"""API root, logons with the service directory, and error documents.

The directory's links are in the order of a version 12 server, with its wrong Types for
`/systemSessions` (api.md 2.1, 2.2).
"""

from __future__ import annotations

from emtui.demo.document_model import Field, Link, Thing, Unset

_VERSIONS = ("v1_5", "v1_6", "v1_7")

_PLAIN = """backupServers BackupServerReferenceList
managedServers ManagedServerReferenceList
jobs JobReferenceList
failoverPlans FailoverPlanReferenceList
hierarchyRoots HierarchyRootReferenceList
repositories RepositoryReferenceList
backups BackupReferenceList
restorePoints RestorePointReferenceList
vmRestorePoints VmRestorePointReferenceList
vAppRestorePoints VAppRestorePointReferenceList
replicas ReplicaReferenceList
vmReplicaPoints VmReplicaPointReferenceList
catalog/vms CatalogVmReferenceList
backupSessions BackupJobSessionReferenceList
restoreSessions RestoreSessionReferenceList
replicaSessions ReplicaJobSessionReferenceList
backupTaskSessions BackupTaskSessionReferenceList
replicaTaskSessions ReplicaTaskSessionReferenceList
security EnterpriseSecuritySettings
wanAccelerators WanAcceleratorReferenceList
backupFiles BackupFileReferenceList
externalRepositories ExternalRepositoryReferenceList
cdpPolicies CdpPolicyReferenceList
cdpReplicaSessions CdpReplicaSessionReferenceList
cdpReplicaTaskSessions CdpReplicaTaskSessionReferenceList
vAppReplicaPoints VAppReplicaPointReferenceList
cdpReplica/vms CdpReplicaVmReferenceList
cdpReplica/vApps CdpReplicaVAppReferenceList
systemSessions BackupJobSessionReferenceList
tasks TaskList
querySvc QueryService
lookupSvc LookupService
reports/summary Report"""
_ENTITIES = (
    "vCloud VCloudService\nagents AgentsService\nselfService/vSphere VSphereSelfService\nnas NasService"
)
_NO_ENTITIES = {"security", "tasks", "querySvc", "lookupSvc", "reports/summary", "systemSessions"}

LINKED = frozenset(
    line.split()[0].casefold() for line in f"{_PLAIN}\n{_ENTITIES}\ncloud CloudConnect".splitlines()
)
"""Paths in the directory; all but `systemSessions` return 501."""


def root(base: str) -> Thing:
    """Return `GET /api/`: no Href, no Type, the same three versions for 12 and 13."""
    versions = tuple(
        Thing("SupportedVersion", (("Name", version),), (_create(base, version),)) for version in _VERSIONS
    )
    links = (Link("Down", f"{base}/logonSessions", "LogonSessionList"), _create(base, "latest"))
    supported = Thing("SupportedVersions", items=versions, array="SupportedVersions")
    attributes = (("Href", None), ("Type", None))
    return Thing("EnterpriseManager", attributes, links, (("SupportedVersions", supported),))


def _create(base: str, version: str) -> Link:
    return Link("Create", f"{base}/sessionMngr/?v={version}", "LogonSession")


def logon(base: str, user: str, session_id: str) -> Thing:
    """Return one logon with the directory; its `SessionId` is the credential."""
    href = f"{base}/logonSessions/{session_id}"
    fields: tuple[Field, ...] = (("UserName", user), ("SessionId", session_id))
    return Thing("LogonSession", (("Href", href), ("Type", "LogonSession")), _links(base, href), fields)


def logons(base: str, known: tuple[tuple[str, str], ...]) -> Thing:
    """Return the list of logons from pairs of user and session ID."""
    items = tuple(
        Thing(
            "LogonSession",
            (("Href", f"{base}/logonSessions/{session_id}"), ("Type", "LogonSession")),
            (),
            (("UserName", user), ("SessionId", session_id)),
        )
        for user, session_id in known
    )
    return Thing("LogonSessions", items=items, array="LogonSessions")


def _links(base: str, href: str) -> tuple[Link, ...]:
    plain = [tuple(line.split()) for line in _PLAIN.splitlines()]
    entities = [tuple(line.split()) for line in _ENTITIES.splitlines()]
    return (
        Link("Up", f"{base}/", "EnterpriseManager"),
        *(
            Link("Down", f"{base}/{path}", kind, "Summary" if kind == "Report" else None)
            for path, kind in plain
        ),
        *(
            Link("Down", f"{base}/{path}?format=Entity", kind.replace("Reference", ""))
            for path, kind in plain
            if path not in _NO_ENTITIES
        ),
        Link("Create", f"{base}/backupServers?action=create", "BackupServer"),
        *(Link("Down", f"{base}/{path}", kind) for path, kind in entities),
        Link("Down", f"{base}/systemSessions?format=Entity", "BackupJobSessionList"),
        Link("Delete", href),
    )


def error(status: int, message: str) -> Thing:
    """Return an Error for JSON: keys in alphabetical order, nulls included."""
    fields: tuple[Field, ...] = (
        ("FirstChanceExceptionMessage", Unset.NIL),
        ("Message", message),
        ("StackTrace", Unset.NIL),
        ("Status", Unset.NIL),
        ("StatusCode", status),
    )
    return Thing("Error", fields=fields)


def error_element(status: int, message: str) -> Thing:
    """Return an Error for XML: everything in attributes, without `Status`, like the server."""
    first: tuple[Field, ...] = (("FirstChanceExceptionMessage", message),) if status >= 500 else ()
    return Thing("Error", (("Message", message), ("StatusCode", str(status))), None, first)
