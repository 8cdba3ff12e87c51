// Says what Compose's own library reads in compose projects, so that a test can hold Loadline's reading against it.
//
// Each line of the standard input is a project: its directory, and its files in the order in which they are laid over each other. Each line of the output is what was read.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/sirupsen/logrus"
)

type question struct {
	Directory string   `json:"directory"`
	Files     []string `json:"files"`
}

type port struct {
	HostIP    string `json:"hostIp"`
	Published string `json:"published"`
	Target    uint32 `json:"target"`
	Protocol  string `json:"protocol"`
}

type mount struct {
	Kind     string `json:"kind"`
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"readOnly"`
}

type service struct {
	Image       string   `json:"image"`
	User        string   `json:"user"`
	Privileged  bool     `json:"privileged"`
	ReadOnly    bool     `json:"readOnly"`
	NetworkMode string   `json:"networkMode"`
	Networks    []string `json:"networks"`
	Pid         string   `json:"pid"`
	CapAdd      []string `json:"capAdd"`
	CapDrop     []string `json:"capDrop"`
	Ports       []port   `json:"ports"`
	Mounts      []mount  `json:"mounts"`
}

type answer struct {
	Refused  string             `json:"refused,omitempty"`
	Services map[string]service `json:"services,omitempty"`
}

func main() {
	logrus.SetOutput(io.Discard)
	if err := os.Setenv("HOME", "/HOME"); err != nil {
		log.Fatal(err)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := json.NewEncoder(os.Stdout)
	for in.Scan() {
		var asked question
		if err := json.Unmarshal(in.Bytes(), &asked); err != nil {
			log.Fatal(err)
		}
		if err := out.Encode(read(asked)); err != nil {
			log.Fatal(err)
		}
	}
	if err := in.Err(); err != nil {
		log.Fatal(err)
	}
}

func read(asked question) (said answer) {
	defer func() {
		if fault := recover(); fault != nil {
			said = answer{Refused: "a fault of compose-go"}
		}
	}()
	files := make([]string, len(asked.Files))
	for index, file := range asked.Files {
		files[index] = filepath.Join(asked.Directory, file)
	}
	options, err := cli.NewProjectOptions(files,
		cli.WithName("project"),
		cli.WithWorkingDirectory(filepath.Dir(files[0])),
		cli.WithEnvFiles(),
		cli.WithDotEnv,
		cli.WithProfiles([]string{"*"}),
		cli.WithConsistency(false),
		cli.WithoutEnvironmentResolution,
	)
	if err != nil {
		return answer{Refused: err.Error()}
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return answer{Refused: err.Error()}
	}
	said.Services = map[string]service{}
	for name, read := range project.Services {
		// What a provider makes is no container.
		if read.Provider == nil {
			said.Services[name] = serviceOf(read, project, filepath.Dir(asked.Directory))
		}
	}
	return said
}

func serviceOf(read types.ServiceConfig, project *types.Project, root string) service {
	said := service{
		Image:       read.Image,
		User:        read.User,
		Privileged:  read.Privileged,
		ReadOnly:    read.ReadOnly,
		NetworkMode: read.NetworkMode,
		Networks:    []string{},
		Pid:         read.Pid,
		CapAdd:      append([]string{}, read.CapAdd...),
		CapDrop:     append([]string{}, read.CapDrop...),
		Ports:       []port{},
		Mounts:      []mount{},
	}
	for network := range read.Networks {
		said.Networks = append(said.Networks, network)
	}
	sort.Strings(said.Networks)
	for _, one := range read.Ports {
		said.Ports = append(said.Ports, port{one.HostIP, one.Published, one.Target, one.Protocol})
	}
	for _, one := range read.Volumes {
		said.Mounts = append(said.Mounts, mountOf(one, project, root))
	}
	for _, from := range read.VolumesFrom {
		for _, one := range project.Services[strings.Split(from, ":")[0]].Volumes {
			said.Mounts = append(said.Mounts, mountOf(one, project, root))
		}
	}
	for _, one := range read.Tmpfs {
		said.Mounts = append(said.Mounts, mount{Kind: "tmpfs", Target: strings.Split(one, ":")[0]})
	}
	return said
}

// A volume of the project that is a directory of the host counts as one. Paths begin with /ROOT, wherever the directory above the project lies.
func mountOf(read types.ServiceVolumeConfig, project *types.Project, root string) mount {
	said := mount{read.Type, read.Source, read.Target, read.ReadOnly}
	options := project.Volumes[read.Source].DriverOpts
	if read.Type == types.VolumeTypeVolume && strings.Contains(options["o"], "bind") {
		said.Kind, said.Source = types.VolumeTypeBind, options["device"]
	}
	if strings.HasPrefix(said.Source, root+"/") {
		said.Source = "/ROOT" + strings.TrimPrefix(said.Source, root)
	}
	return said
}
