package main

import (
	"archive/tar"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/types"
)

func TestComparingNamesEveryLayerThatDiffersItsFilesAndHow(t *testing.T) {
	image := func(body, extra string, mode int64) string {
		b := newBuilder(t)
		layer := written(t,
			tar.Header{Typeflag: tar.TypeReg, Name: "built", Gname: body}, tar.Header{Typeflag: tar.TypeReg, Name: extra},
			tar.Header{Typeflag: tar.TypeReg, Name: "mode", Mode: mode, Uid: int(mode), PAXRecords: map[string]string{"SCHILY.xattr.user.k": extra}}, tar.Header{Typeflag: tar.TypeReg, Name: "same", Gname: "x"})
		name, _ := b.gzipped(dir("etc")).layer(types.OCIUncompressedLayer, layer, layer).gzipped(file("between", "")).gzipped(file("last", body+body)).oci()
		return name
	}
	said, err := compareImages(image("1", "one", 0o600), image("2", "two", 0o640), defaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if said.Count != 5 || len(said.Differences) != 5 {
		t.Fatalf("found %+v", said)
	}
	attributes := said.Differences[1]
	for _, wanted := range []string{"mode 0600, then 0640; owner 384:0, then 416:0; extended attributes user.k ("} {
		if !strings.HasPrefix(attributes.How, wanted) {
			t.Errorf("wanted %q, found %q", wanted, attributes.How)
		}
	}
	said.Differences[1].How = ""
	wanted := []difference{
		{2, "built", "other content of 1 bytes"}, {2, "mode", ""}, {2, "one", onlyFirst}, {2, "two", onlySecond}, {4, "last", "other content of 2 bytes"},
	}
	if !slices.Equal(said.Differences, wanted) {
		t.Errorf("found %+v", said.Differences)
	}
}

func TestComparingNamesWhatElseDiffers(t *testing.T) {
	labelled := newBuilder(t)
	labelled.config.Config.Labels = map[string]string{"a": "b"}
	one, _ := labelled.gzipped(dir("etc")).oci()
	other, _ := newBuilder(t).gzipped(dir("etc")).oci()
	more, _ := newBuilder(t).gzipped(dir("etc")).gzipped(dir("srv")).oci()
	for _, example := range []struct {
		first, second string
		wanted        difference
	}{
		{one, other, difference{Path: "config", How: "different values"}},
		{other, more, difference{Layer: 2, How: onlySecond}},
		{more, other, difference{Layer: 2, How: onlyFirst}},
	} {
		said, err := compareImages(example.first, example.second, defaultLimits())
		if err != nil || said.Count != 1 || !slices.Equal(said.Differences, []difference{example.wanted}) {
			t.Errorf("found %+v, %v", said, err)
		}
	}
}
