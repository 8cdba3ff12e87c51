// Command timestamps serves the timestamp authority of a private Sigstore, with a key that lives as long as the process.
// It is the published server without its metrics listener, which binds port 2112 of every address and ends the process where
// that is taken: two instances could not run on one machine.
package main

import (
	"flag"
	"log"
	"time"

	"github.com/sigstore/timestamp-authority/v2/pkg/server"
	"github.com/spf13/viper"
)

func main() {
	host := flag.String("host", "127.0.0.1", "address to listen on")
	port := flag.Int("port", 0, "port to listen on")
	flag.Parse()
	// What the published command sets by its own defaults.
	viper.Set("timestamp-signer", "memory")
	viper.Set("timestamp-signer-hash", "sha256")
	viper.Set("default-policy-oid", "1.3.6.1.4.1.57264.2")
	viper.Set("accepted-policy-oids", []string{"1.3.6.1.4.1.57264.2"})
	viper.Set("max-request-body-size", uint64(1<<20))
	serving := server.NewRestAPIServer(*host, *port, []string{"http"}, false, 30*time.Second, 30*time.Second)
	if err := serving.Serve(); err != nil {
		log.Fatal(err)
	}
}
