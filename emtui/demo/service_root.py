"""API root, logons with the service directory, and error documents.

The directory's links are in the order of a version 12 server, with its wrong Types for
`/systemSessions` (api.md 2.1, 2.2).
"""

from __future__ import annotations

from emtui.demo.document_model import DocumentElement, DocumentField, DocumentLink, MissingValue

_VERSIONS = ("v1_5", "v1_6", "v1_7")

_REFERENCE_PATHS = """backupServers BackupServerReferenceList
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
_ENTITY_PATHS = (
    "vCloud VCloudService\nagents AgentsService\nselfService/vSphere VSphereSelfService\nnas NasService"
)
_WITHOUT_ENTITIES = {"security", "tasks", "querySvc", "lookupSvc", "reports/summary", "systemSessions"}

LINKED_PATHS = frozenset(
    line.split()[0].casefold()
    for line in f"{_REFERENCE_PATHS}\n{_ENTITY_PATHS}\ncloud CloudConnect".splitlines()
)
"""Paths in the directory; all but `systemSessions` return 501."""


def build_root(base: str) -> DocumentElement:
    """Return `GET /api/`: no Href, no Type, the same three versions for 12 and 13."""
    versions = tuple(
        DocumentElement("SupportedVersion", (("Name", version),), (_create_link(base, version),))
        for version in _VERSIONS
    )
    links = (DocumentLink("Down", f"{base}/logonSessions", "LogonSessionList"), _create_link(base, "latest"))
    supported = DocumentElement("SupportedVersions", items=versions, array_name="SupportedVersions")
    attributes = (("Href", None), ("Type", None))
    return DocumentElement("EnterpriseManager", attributes, links, (("SupportedVersions", supported),))


def _create_link(base: str, version: str) -> DocumentLink:
    return DocumentLink("Create", f"{base}/sessionMngr/?v={version}", "LogonSession")


def build_logon(base: str, user: str, session_id: str) -> DocumentElement:
    """Return one logon with the directory; its `SessionId` is the credential."""
    href = f"{base}/logonSessions/{session_id}"
    fields: tuple[DocumentField, ...] = (("UserName", user), ("SessionId", session_id))
    return DocumentElement(
        "LogonSession", (("Href", href), ("Type", "LogonSession")), _directory_links(base, href), fields
    )


def build_logons(base: str, users_and_ids: tuple[tuple[str, str], ...]) -> DocumentElement:
    """Return the list of logons from pairs of user and session ID."""
    items = tuple(
        DocumentElement(
            "LogonSession",
            (("Href", f"{base}/logonSessions/{session_id}"), ("Type", "LogonSession")),
            (),
            (("UserName", user), ("SessionId", session_id)),
        )
        for user, session_id in users_and_ids
    )
    return DocumentElement("LogonSessions", items=items, array_name="LogonSessions")


def _directory_links(base: str, href: str) -> tuple[DocumentLink, ...]:
    references = [tuple(line.split()) for line in _REFERENCE_PATHS.splitlines()]
    entities = [tuple(line.split()) for line in _ENTITY_PATHS.splitlines()]
    return (
        DocumentLink("Up", f"{base}/", "EnterpriseManager"),
        *(
            DocumentLink("Down", f"{base}/{path}", type_name, "Summary" if type_name == "Report" else None)
            for path, type_name in references
        ),
        *(
            DocumentLink("Down", f"{base}/{path}?format=Entity", type_name.replace("Reference", ""))
            for path, type_name in references
            if path not in _WITHOUT_ENTITIES
        ),
        DocumentLink("Create", f"{base}/backupServers?action=create", "BackupServer"),
        *(DocumentLink("Down", f"{base}/{path}", type_name) for path, type_name in entities),
        DocumentLink("Down", f"{base}/systemSessions?format=Entity", "BackupJobSessionList"),
        DocumentLink("Delete", href),
    )


def build_json_error(status: int, message: str) -> DocumentElement:
    """Return an Error for JSON: keys in alphabetical order, nulls included."""
    fields: tuple[DocumentField, ...] = (
        ("FirstChanceExceptionMessage", MissingValue.NIL),
        ("Message", message),
        ("StackTrace", MissingValue.NIL),
        ("Status", MissingValue.NIL),
        ("StatusCode", status),
    )
    return DocumentElement("Error", fields=fields)


def build_xml_error(status: int, message: str) -> DocumentElement:
    """Return an Error for XML: everything in attributes, without `Status`, like the server."""
    exception_fields: tuple[DocumentField, ...] = (
        (("FirstChanceExceptionMessage", message),) if status >= 500 else ()
    )
    return DocumentElement(
        "Error", (("Message", message), ("StatusCode", str(status))), None, exception_fields
    )
