package main

import (
	"maps"
	"regexp"
	"slices"

	"github.com/distribution/reference"
)

const reportVersion = 1

// reading is what `dockerfile read` prints. If there are refusals, the rest may be missing.
type reading struct {
	SchemaVersion int           `json:"schemaVersion"`
	Escape        string        `json:"escape"`
	Directives    []directive   `json:"directives"`
	Pragmas       []comment     `json:"pragmas"`
	Silenced      []silenced    `json:"silenced"`
	Stages        []stage       `json:"stages"`
	Instructions  []instruction `json:"instructions"`
	Platforms     []onPlatform  `json:"platforms"`
	Refusals      []*refusal    `json:"refusals"`
}

type stage struct {
	Name string `json:"name"`
	Line int    `json:"line"`
}

// instruction is an instruction with its parts as BuildKit parses them, before variables are filled in.
type instruction struct {
	Keyword  string `json:"keyword"`
	Line     int    `json:"line"`
	LastLine int    `json:"lastLine"`
	// Stage is the number of its stage, -1 above the first FROM.
	Stage int      `json:"stage"`
	Flags []string `json:"flags"`
	Words []string `json:"words"`
	// JSON is true if the words were written as an array.
	JSON     bool `json:"json"`
	Heredocs int  `json:"heredocs"`
	// Names are the variables, arguments and labels that it sets, and the ports that it exposes.
	Names []string `json:"names"`
}

// onPlatform is the result of a Dockerfile on one platform.
type onPlatform struct {
	Platform string `json:"platform"`
	Target   int    `json:"target"`
	// Reached are the stages that are built, and Shipped those of them that make up the image, each on top of the one before.
	Reached []int `json:"reached"`
	Shipped []int `json:"shipped"`
	// Images are the images from outside that are built on or copied from, in the order of the text.
	Images    []external    `json:"images"`
	Caches    []cacheMount  `json:"caches"`
	Secrets   []secretMount `json:"secrets"`
	Downloads []download    `json:"downloads"`
	// Labels are the names of those that the Dockerfile sets on the image.
	Labels []string `json:"labels"`
}

// external is an image from outside, where the Dockerfile names it.
type external struct {
	Kind  string `json:"kind"`
	Stage int    `json:"stage"`
	Line  int    `json:"line"`
	// Start and End are bytes of the text: of the reference itself for FROM, of the whole flag otherwise.
	Start int `json:"start"`
	End   int `json:"end"`
	// Written has build arguments filled in. Reference is the complete registry, repository and tag; Asked is what BuildKit requests from the registry.
	Written   string `json:"written"`
	Reference string `json:"reference"`
	Asked     string `json:"asked"`
	Digest    string `json:"digest,omitempty"`
	Platform  string `json:"platform"`
	Shipped   bool   `json:"shipped"`
}

func emptyReading(refusals ...*refusal) reading {
	return reading{SchemaVersion: reportVersion, Escape: `\`, Directives: []directive{}, Pragmas: []comment{}, Silenced: []silenced{}, Stages: []stage{}, Instructions: []instruction{}, Platforms: []onPlatform{}, Refusals: refusals}
}

func reportReading(text []byte, asked request) (reading, error) {
	report := emptyReading()
	report.Refusals = []*refusal{}
	file, err := readDockerfile(text)
	if err != nil {
		return refusedReading(report, err)
	}
	report.Escape = string(file.layout.escape)
	report.Directives = append(report.Directives, file.layout.directives...)
	report.Pragmas = append(report.Pragmas, pragmas(file.layout.comments)...)
	report.Silenced = silencedChecks(file)
	for index := range file.stages {
		report.Stages = append(report.Stages, stage{Name: file.nameOf(index), Line: file.stages[index].Location[0].Start.Line})
	}
	report.Instructions = file.instructions()
	for _, platform := range asked.platforms {
		one, refusals, err := readPlatform(file, asked, platform)
		if err != nil {
			return refusedReading(report, err)
		}
		report.Platforms = append(report.Platforms, one)
		report.Refusals = mergeRefusals(report.Refusals, refusals)
	}
	return report, nil
}

// refusedReading adds what BuildKit or this program refuses. A disagreement of this program with BuildKit is an error, not a reading.
func refusedReading(report reading, err error) (reading, error) {
	fault, isRefusal := refusalOf(err)
	if !isRefusal {
		return reading{}, err
	}
	report.Refusals = append(report.Refusals, fault)
	return report, nil
}

func mergeRefusals(known, more []*refusal) []*refusal {
	for _, one := range more {
		isKnown := false
		for _, other := range known {
			isKnown = isKnown || *one == *other
		}
		if !isKnown {
			known = append(known, one)
		}
	}
	return known
}

func readPlatform(file *dockerfile, asked request, platform platformSpec) (onPlatform, []*refusal, error) {
	graph, err := buildGraph(file, platform.spec, asked.choice)
	if err != nil {
		return onPlatform{}, nil, err
	}
	done, err := convertOrLocate(file, platform.spec, asked.choice, nil)
	if err != nil {
		return onPlatform{}, nil, err
	}
	found, err := examineSource(file, done, asked.given(), 0)
	if err != nil {
		return onPlatform{}, nil, err
	}
	if err := graph.agrees(done.asked); err != nil {
		return onPlatform{}, nil, err
	}
	one := onPlatform{
		Platform: platform.name, Target: graph.target.stage,
		Reached: numbers(graph.reached), Shipped: numbers(graph.shipped),
		Images: []external{}, Labels: []string{},
		Caches: append([]cacheMount{}, found.caches...), Secrets: append([]secretMount{}, found.secrets...), Downloads: append([]download{}, found.fetched...),
	}
	for _, at := range graph.images() {
		image, err := file.external(at)
		if err != nil {
			return onPlatform{}, nil, err
		}
		one.Images = append(one.Images, image)
	}
	for name := range done.image.Config.Labels {
		one.Labels = append(one.Labels, name)
	}
	slices.Sort(one.Labels)
	return one, found.refusals, nil
}

func numbers(set map[int]bool) []int {
	return append([]int{}, slices.Sorted(maps.Keys(set))...)
}

// agrees compares the graph with the images that the conversion requested.
func (g *graph) agrees(asked []imageName) error {
	own := map[imageName]bool{}
	for _, one := range g.uses {
		if one.reached && one.reference != "scratch" {
			own[imageName{reference: one.reference, platform: one.platform}] = true
		}
	}
	for _, name := range asked {
		if !own[name] {
			return disagree("BuildKit asks for %s on %s, and the layout has no place of it", name.reference, name.platform)
		}
	}
	if len(own) != len(asked) {
		return disagree("BuildKit asks for %d images, and the layout has places of %d", len(asked), len(own))
	}
	return nil
}

func (f *dockerfile) external(at *use) (external, error) {
	line := f.layout.instructions[at.instruction]
	image := external{
		Kind: at.kind, Stage: at.stage, Line: line.first, Written: at.written, Asked: at.reference, Reference: at.reference, Platform: at.platform, Shipped: at.shipped,
		Start: line.offsets[at.word.start], End: line.offsets[at.word.end-1] + 1,
	}
	if at.reference == "scratch" {
		return image, nil
	}
	named, err := reference.ParseNormalizedNamed(at.reference)
	if err != nil {
		return external{}, err
	}
	image.Reference = named.Name()
	if tagged, isTagged := named.(reference.Tagged); isTagged {
		image.Reference += ":" + tagged.Tag()
	}
	if digested, isDigested := named.(reference.Digested); isDigested {
		image.Digest = digested.Digest().String()
	}
	return image, nil
}

var silencing = regexp.MustCompile(`(?i)hadolint`)

// pragmas are the comments that may silence a linter.
func pragmas(comments []comment) []comment {
	return slices.DeleteFunc(slices.Clone(comments), func(one comment) bool { return !silencing.MatchString(one.Text) })
}

// preparationReport is what `dockerfile prepare` says: a Dockerfile for each platform, unless something is refused, and the findings of BuildKit's checks on the original file.
type preparationReport struct {
	SchemaVersion int        `json:"schemaVersion"`
	Dockerfiles   []prepared `json:"dockerfiles"`
	Checks        []check    `json:"checks"`
	Refusals      []*refusal `json:"refusals"`
}

func reportPreparation(text []byte, asked request) (preparationReport, error) {
	report := preparationReport{SchemaVersion: reportVersion, Dockerfiles: []prepared{}, Checks: []check{}, Refusals: []*refusal{}}
	file, err := readDockerfile(text)
	if err != nil {
		return report.refused(err)
	}
	for _, platform := range asked.platforms {
		p, err := newPreparation(file, asked, platform)
		if err != nil {
			return report.refused(err)
		}
		one, refusals, err := p.prepare()
		if err != nil {
			return report.refused(err)
		}
		checks, err := runChecks(file, asked, platform, p.written)
		if err != nil {
			return report.refused(err)
		}
		report.Refusals = mergeRefusals(report.Refusals, refusals)
		report.Checks = append(report.Checks, checks...)
		if len(refusals) == 0 {
			report.Dockerfiles = append(report.Dockerfiles, one)
		}
	}
	report.Checks = mergeChecks(report.Checks)
	if len(report.Refusals) > 0 {
		report.Dockerfiles = []prepared{}
	}
	return report, nil
}

func (r preparationReport) refused(err error) (preparationReport, error) {
	fault, isRefusal := refusalOf(err)
	if !isRefusal {
		return preparationReport{}, err
	}
	r.Dockerfiles, r.Refusals = []prepared{}, append(r.Refusals, fault)
	return r, nil
}
