"""Certificate policies, as Go checks them since 1.24: RFC 5280, section 6.1, with the graph of RFC 9618 in place of the tree."""

from __future__ import annotations

from dmls.pki.facts import Certificate

ANY_POLICY = "2.5.29.32.0"


class _Node:
    """A policy that is valid at one depth of the chain, with the policies that the next certificate may name for it."""

    __slots__ = ("children", "expected", "parents", "policy")

    def __init__(self, policy: str, parents: list[_Node]) -> None:
        self.policy = policy
        self.expected = [policy]
        self.parents = set(parents)
        self.children: set[_Node] = set()
        for parent in parents:
            parent.children.add(self)


class _Graph:
    """Layers of nodes by policy, the trust anchor's first."""

    __slots__ = ("by_expected", "layers")

    def __init__(self) -> None:
        self.layers: list[dict[str, _Node]] = [{ANY_POLICY: _Node(ANY_POLICY, [])}]
        self.by_expected: dict[str, list[_Node]] = {}

    def deepen(self) -> None:
        self.by_expected = {}
        for node in self.layers[-1].values():
            for policy in node.expected:
                self.by_expected.setdefault(policy, []).append(node)
        self.layers.append({})

    def insert(self, policy: str, parents: list[_Node]) -> _Node:
        node = self.layers[-1][policy] = _Node(policy, parents)
        return node

    def remove_leaf(self, policy: str) -> None:
        node = self.layers[-1].pop(policy, None)
        if node is not None:
            for parent in node.parents:
                parent.children.discard(node)

    def prune(self) -> None:
        """Takes away what leads to no leaf."""
        for layer in self.layers[-2:0:-1]:
            for node in [n for n in layer.values() if not n.children]:
                for parent in node.parents:
                    parent.children.discard(node)
                del layer[node.policy]

    def any_valid(self) -> bool:
        """Whether the authorities leave any policy for the leaf."""
        if ANY_POLICY in self.layers[-1]:
            return True
        return any(node.policy != ANY_POLICY and len(node.parents) == 1 and next(iter(node.parents)).policy == ANY_POLICY for layer in self.layers for node in layer.values())


def _add_policies(graph: _Graph, certificate: Certificate, any_allowed: bool) -> None:
    """RFC 9618, 6.1.3 (d)."""
    graph.deepen()
    identifiers = certificate.policies.identifiers
    above = graph.layers[-2]
    for policy in identifiers:
        if policy == ANY_POLICY:
            continue
        parents = graph.by_expected.get(policy, [])
        if not parents and ANY_POLICY in above:
            parents = [above[ANY_POLICY]]
        if parents:
            graph.insert(policy, parents)
    if any_allowed and ANY_POLICY in identifiers:
        for policy, parents in list(graph.by_expected.items()):
            if policy not in graph.layers[-1]:
                graph.insert(policy, parents)
    graph.prune()


def _map_policies(graph: _Graph, mappings: tuple[tuple[str, str], ...], mapping_allowed: bool) -> bool:
    """RFC 9618, 6.1.4 (a) and (b); False if a mapping is invalid."""
    if not mapping_allowed:
        for issuer, _ in mappings:
            graph.remove_leaf(issuer)
            graph.prune()
        return True
    wanted: dict[str, list[str]] = {}
    for issuer, subject in mappings:
        if ANY_POLICY in (issuer, subject):
            return False
        wanted.setdefault(issuer, []).append(subject)
    for issuer, subjects in wanted.items():
        node = graph.layers[-1].get(issuer)
        if node is None and ANY_POLICY in graph.layers[-1]:
            node = graph.insert(issuer, [graph.layers[-1][ANY_POLICY]])
        if node is not None:
            node.expected = subjects
    return True


def are_valid(chain: tuple[Certificate, ...]) -> bool:
    """Whether the policies of a chain, leaf first, hold together.  The trust anchor's own are ignored."""
    below = len(chain) - 1
    if below == 0 or all(not c.policies.identifiers and c.policies.require_explicit < 0 for c in chain[:-1]):
        return True
    graph: _Graph | None = _Graph()
    explicit = mapping = inhibit_any = below + 1
    for i in range(below - 1, -1, -1):
        certificate = chain[i]
        policies = certificate.policies
        self_issued = certificate.is_self_issued
        if not policies.identifiers:
            graph = None
        if graph is None:
            if explicit == 0:
                return False
        else:
            _add_policies(graph, certificate, inhibit_any > 0 or (i > 0 and self_issued))
            if i and policies.mappings and not _map_policies(graph, policies.mappings, mapping > 0):
                return False
        if i:
            if not self_issued:
                explicit, mapping, inhibit_any = max(0, explicit - 1), max(0, mapping - 1), max(0, inhibit_any - 1)
            if policies.require_explicit >= 0:
                explicit = min(explicit, policies.require_explicit)
            if policies.inhibit_mapping >= 0:
                mapping = min(mapping, policies.inhibit_mapping)
            if policies.inhibit_any >= 0:
                inhibit_any = min(inhibit_any, policies.inhibit_any)
    explicit = max(0, explicit - 1)
    if chain[0].policies.require_explicit == 0:
        explicit = 0
    return explicit > 0 or (graph is not None and graph.any_valid())
