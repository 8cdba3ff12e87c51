package main

import (
	"net"
	"net/url"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/solver/pb"
)

// unsupportedSource says what a source has that the engine does not (llbtodagger/source.go), and what it would fetch with rights that were not given to the build.
func unsupportedSource(source *pb.SourceOp) *refusal {
	scheme, rest, _ := strings.Cut(source.Identifier, "://")
	switch scheme {
	case "docker-image", "local":
		return nil
	case "git":
		return refuse(0, "ADD of a git repository").because("the engine asks the credential helper and the ssh agent of whoever builds, on behalf of whatever address is written").instead("Clone it in a RUN step of a stage of its own and COPY --from that, with a secret if it needs one, or bring the files in the source.")
	case "http", "https":
		if source.Attrs[pb.AttrHTTPChecksum] != "" {
			return refuse(0, "ADD --checksum").because("the engine does not check it").instead("Download in a RUN step of a stage of its own, check it there (sha256sum --check), and COPY --from that; or bring the file in the source.")
		}
		if source.Attrs[pb.AttrHTTPUID] != "" || source.Attrs[pb.AttrHTTPGID] != "" {
			return refuse(0, "ADD of a URL with an owner").instead("Set the owner by chown in a RUN step.")
		}
		if host := hostOf(scheme + "://" + rest); ownMachine(host) {
			return refuse(0, "ADD from %s", printable(host)).because("the engine fetches it itself, and that is the machine that builds").instead("Name a host that others reach as well, or bring the file in the source.")
		}
		return nil
	}
	return refuse(0, "a source of the kind %s, which the engine does not have", printable(scheme)).instead("Start from an image, or bring the files in the source.")
}

func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}

// ownMachine says whether a host, as it is written, is the machine itself or what only it can reach. What a name server says of another name is not known here.
func ownMachine(host string) bool {
	name := strings.TrimSuffix(lower(host), ".")
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "ip6-") {
		return true
	}
	zoneless, _, _ := strings.Cut(name, "%")
	address := net.ParseIP(zoneless)
	return address != nil && (address.IsLoopback() || address.IsUnspecified() || address.IsLinkLocalUnicast() || address.IsLinkLocalMulticast() || address.IsInterfaceLocalMulticast())
}
