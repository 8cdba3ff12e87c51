package main

import (
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"loadline.dev/sealed/inspect/credential"
)

// config is the image configuration without the values of environment variables, and with suspected credentials redacted elsewhere.
type config struct {
	User             string            `json:"user"`
	EnvironmentCount int               `json:"environmentCount"`
	Environment      []string          `json:"environment"`
	SuspectedCount   int               `json:"suspectedSecretCount"`
	SuspectedSecrets []suspicion       `json:"suspectedSecrets"`
	Entrypoint       []string          `json:"entrypoint"`
	Cmd              []string          `json:"cmd"`
	WorkingDir       string            `json:"workingDir"`
	LabelCount       int               `json:"labelCount"`
	Labels           map[string]string `json:"labels"`
	ExposedPorts     []string          `json:"exposedPorts"`
	Volumes          []string          `json:"volumes"`
	Healthcheck      *healthcheck      `json:"healthcheck,omitempty"`
	StopSignal       string            `json:"stopSignal,omitempty"`
	Shell            []string          `json:"shell"`
	// OnBuild counts the triggers for images that are built on this one.
	OnBuild int `json:"onBuildCount"`
}

// healthcheck is as the runtime will use it: with Docker's defaults where the image sets nothing.
type healthcheck struct {
	Test               []string `json:"test"`
	IntervalSeconds    float64  `json:"intervalSeconds"`
	TimeoutSeconds     float64  `json:"timeoutSeconds"`
	StartPeriodSeconds float64  `json:"startPeriodSeconds"`
	Retries            int      `json:"retries"`
}

func describeConfig(file *v1.ConfigFile) (config, []history) {
	given := file.Config
	var suspected suspicions
	inCommand := func(name string) { suspected.add(name, "command") }

	described := config{
		User:         printableText(given.User),
		Environment:  environmentNames(given.Env, &suspected),
		WorkingDir:   printablePath(given.WorkingDir),
		Labels:       labels(given.Labels, &suspected),
		ExposedPorts: keys(given.ExposedPorts),
		Volumes:      keys(given.Volumes),
		Healthcheck:  describeHealthcheck(given.Healthcheck, inCommand),
		StopSignal:   printableText(given.StopSignal),
		Entrypoint:   command(given.Entrypoint, inCommand),
		Cmd:          command(given.Cmd, inCommand),
		Shell:        command(given.Shell, inCommand),
		OnBuild:      len(given.OnBuild),
	}
	for _, trigger := range given.OnBuild {
		credential.RedactCommand(trigger, inCommand)
	}
	past := make([]history, 0, len(file.History))
	for _, entry := range file.History {
		createdBy := credential.RedactCommand(entry.CreatedBy, func(name string) { suspected.add(name, "history") })
		past = append(past, history{CreatedBy: printableText(createdBy), Created: timestamp(entry.Created.Time), EmptyLayer: entry.EmptyLayer})
	}
	described.EnvironmentCount = len(described.Environment)
	described.Environment = bounded(described.Environment)
	described.LabelCount = len(given.Labels)
	described.SuspectedCount = len(suspected.found)
	described.SuspectedSecrets = append([]suspicion{}, bounded(suspected.found)...)
	return described, past
}

// environmentNames drops the values, after checking each.
func environmentNames(variables []string, suspected *suspicions) []string {
	names := make([]string, 0, len(variables))
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		names = append(names, printablePath(name))
		isSuspect := credential.Suspect(name, value)
		// Options inside a value: JAVA_OPTS=-Dpassword=..., Server=...;Password=...
		credential.RedactWords(value, func(string) { isSuspect = true })
		if isSuspect {
			suspected.add(name, "environment")
		}
	}
	return names
}

func labels(given map[string]string, suspected *suspicions) map[string]string {
	described := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := printableText(given[name])
		if credential.Suspect(name, given[name]) {
			suspected.add(name, "label")
			value = credential.Redacted
		}
		if len(described) < listLimit {
			described[printablePath(name)] = value
		}
	}
	return described
}

func command(arguments []string, report func(name string)) []string {
	described := make([]string, 0, len(arguments))
	for _, argument := range credential.RedactArguments(arguments, report) {
		described = append(described, printableText(argument))
	}
	return described
}

func describeHealthcheck(given *v1.HealthConfig, report func(name string)) *healthcheck {
	if given == nil || len(given.Test) == 0 {
		return nil
	}
	described := &healthcheck{
		Test:               command(given.Test, report),
		IntervalSeconds:    given.Interval.Seconds(),
		TimeoutSeconds:     given.Timeout.Seconds(),
		StartPeriodSeconds: given.StartPeriod.Seconds(),
		Retries:            given.Retries,
	}
	// Defaults of Docker: 30 s, 30 s, 3.
	if given.Interval == 0 {
		described.IntervalSeconds = 30
	}
	if given.Timeout == 0 {
		described.TimeoutSeconds = 30
	}
	if given.Retries == 0 {
		described.Retries = 3
	}
	return described
}

func keys(set map[string]struct{}) []string {
	names := make([]string, 0, len(set))
	for _, name := range slices.Sorted(maps.Keys(set)) {
		names = append(names, printablePath(name))
	}
	return names
}

// suspicion names something in the image configuration whose value looks like a credential. The value itself is never kept.
type suspicion struct {
	Name string `json:"name"`
	// Where is environment, label, history or command (entrypoint, cmd, healthcheck, shell, onbuild).
	Where string `json:"where"`
}

// suspicions collects without duplicates, in the order of occurrence.
type suspicions struct {
	found []suspicion
	seen  map[suspicion]bool
}

func (s *suspicions) add(name, where string) {
	if s.seen == nil {
		s.seen = map[suspicion]bool{}
	}
	one := suspicion{Name: printablePath(name), Where: where}
	if !s.seen[one] {
		s.seen[one] = true
		s.found = append(s.found, one)
	}
}
