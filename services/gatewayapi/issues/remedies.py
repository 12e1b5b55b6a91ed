"""What to do about a reason: one sentence each, for people who write manifests."""

_BY_REASON = {
    "NoMatchingParent": "Name a Gateway and a listener (sectionName, port) that exist.",
    "NoMatchingListenerHostname": "Give the route a hostname that the listener serves, or the"
    " listener one that covers the route's.",
    "NotAllowedByListeners": "Allow the route's kind and namespace in the listener's allowedRoutes,"
    " or attach it elsewhere.",
    "InvalidListener": "Mend the listener: it takes no traffic as it is.",
    "InvalidListenerSet": "Mend the ListenerSet: it is not accepted as it is.",
    "InvalidGateway": "Mend the Gateway: it is not accepted as it is.",
    "HostnameConflict": "Give each of the two another hostname or port.",
    "ProtocolConflict": "Put one of the two on another port.",
    "MultipleRoutesOnListener": "Give the route a listener of its own.",
    "BackendNotFound": "Create the backend, or correct its name and port.",
    "RefNotPermitted": "Create a ReferenceGrant in the namespace of what is referred to.",
    "InvalidRef": "Create the Secret, or correct its name.",
    "InvalidKind": "Refer to a kind that is supported here.",
    "InvalidFilter": "Create the filter in the route's namespace, or correct the reference.",
    "InvalidInferencePool": "Give the InferencePool an endpoint picker that exists.",
    "InvalidExtensionRef": "Create the endpoint picker's Service, or correct its name.",
    "UnsupportedValue": "Use a value that is supported.",
    "UnsupportedProtocol": "Use one of HTTP, HTTPS, TLS, TCP and UDP.",
    "UnsupportedField": "Delete the field, or do not count on it.",
    "UnsupportedAddress": "Use an address of type IPAddress.",
    "AddressNotAssigned": "Give the address a value, or leave it out.",
    "AddressNotUsable": "Use an IP address that the gateway can have.",
    "IncompatibleFilters": "Keep one of the two filters.",
    "InvalidCertificateRef": "Refer to a Secret of type kubernetes.io/tls with a certificate.",
    "InvalidClientCertificateRef": "Refer to a Secret of type kubernetes.io/tls.",
    "InvalidCACertificateRef": "Refer to a ConfigMap with a certificate in ca.crt.",
    "NoValidCACertificate": "Refer to a ConfigMap or Secret with a certificate in ca.crt.",
    "InvalidRouteKinds": "Name route kinds that the listener's protocol can carry.",
    "Invalid": "Correct the field.",
    "NotAllowed": "Allow the ListenerSet's namespace in the Gateway's allowedListeners.",
    "ParentNotAccepted": "Name a Gateway that exists and is accepted.",
    "ParametersRefNotFound": "Create the object, or correct the reference.",
    "ParametersRefInvalid": "Create the object, or correct the reference.",
    "InvalidParameters": "Create the object, or correct the reference.",
    "GatewayClassConflict": "Use the class that NGF takes care of.",
    "Pending": "Create the GatewayClass, or install the controller that it names.",
    "Conflicted": "Merge the two policies, or let them set different fields.",
    "TargetConflict": "Target the other route too, or give the two different paths.",
    "NoEffect": "Target what traffic goes through, or delete the policy.",
    "TargetNotFound": "Correct the target, or create it.",
    "NginxProxyConfigNotSet": "Set it in the NginxProxy of the Gateway or its class.",
}


def remedy(reason: str) -> str:
    """The sentence for a reason; "" for one that is not known."""
    return _BY_REASON.get(reason, "")
