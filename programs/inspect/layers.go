package main

// layerList is what `inspect layers` prints: the image in the archive, and its layers.
type layerList struct {
	SchemaVersion int         `json:"schemaVersion"`
	Digest        string      `json:"digest"`
	Platform      platform    `json:"platform"`
	Layers        []layerName `json:"layers"`
}

type layerName struct {
	Digest string `json:"digest"`
	DiffID string `json:"diffId"`
}

// listLayers reads the documents of an image and no layer: manifest and configuration are compared with their digests, which is enough to know the names of the layers.
func listLayers(name string) (*layerList, error) {
	opened, found, err := openImage(name)
	if err != nil {
		return nil, err
	}
	defer opened.close()
	listed := &layerList{
		SchemaVersion: 1,
		Digest:        found.digest.String(),
		Platform:      platform{OS: printableText(found.config.OS), Architecture: printableText(found.config.Architecture), Variant: printableText(found.config.Variant)},
		Layers:        []layerName{},
	}
	for _, stored := range found.layers {
		listed.Layers = append(listed.Layers, layerName{Digest: stored.digest.String(), DiffID: stored.diffID.String()})
	}
	return listed, nil
}
