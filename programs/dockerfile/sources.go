package main

import (
	"net"
	"net/url"
	"strings"

	"github.com/dagger/dagger/internal/buildkit/solver/pb"
)

// unsupportedSource names what a source uses and the engine does not support (llbtodagger/source.go), and what it would fetch with rights that the build was not given.
func unsupportedSource(source *pb.SourceOp) *refusal {
	scheme, rest, _ := strings.Cut(source.Identifier, "://")
	switch scheme {
	case "docker-image", "local":
		return nil
	case "git":
		return refuse(0, "ADD of a git repository").because("the engine uses the credential helper and ssh agent of the person who builds, for any address in the file").instead("Clone it in a RUN step of a separate stage and COPY --from that stage, with a secret if it needs one, or keep the files in the source.")
	case "http", "https":
		if source.Attrs[pb.AttrHTTPChecksum] != "" {
			return refuse(0, "ADD --checksum").because("the engine does not check it").instead("Download it in a RUN step of a separate stage, verify it there (sha256sum --check), and COPY --from that stage; or keep the file in the source.")
		}
		if source.Attrs[pb.AttrHTTPUID] != "" || source.Attrs[pb.AttrHTTPGID] != "" {
			return refuse(0, "ADD of a URL with an owner").instead("Set the owner with chown in a RUN step.")
		}
		if host := hostOf(scheme + "://" + rest); ownMachine(host) {
			return refuse(0, "ADD from %s", printable(host)).because("the engine fetches it itself, on the build machine").instead("Use a host that others can reach too, or keep the file in the source.")
		}
		return nil
	}
	return refuse(0, "a source of the kind %s, which the engine does not support", printable(scheme)).instead("Start from an image, or keep the files in the source.")
}

func hostOf(address string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}

// ownMachine reports whether a host, as written, is the machine itself or what only it can reach. What a name server answers for any other name is unknown here.
func ownMachine(host string) bool {
	name := strings.TrimSuffix(lower(host), ".")
	if name == "" || name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasPrefix(name, "ip6-") {
		return true
	}
	zoneless, _, _ := strings.Cut(name, "%")
	address := net.ParseIP(zoneless)
	return address != nil && (address.IsLoopback() || address.IsUnspecified() || address.IsLinkLocalUnicast() || address.IsLinkLocalMulticast() || address.IsInterfaceLocalMulticast())
}
