package main

import (
	"fmt"
	"math"
	"strings"

	cvss30 "github.com/pandatix/go-cvss/30"
	cvss31 "github.com/pandatix/go-cvss/31"
	cvss40 "github.com/pandatix/go-cvss/40"
)

// scoreOf computes the base score of a CVSS 3.0, 3.1 or 4.0 vector.
func scoreOf(vector string) (float64, error) {
	var score float64
	var err error
	switch {
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		var parsed *cvss31.CVSS31
		if parsed, err = cvss31.ParseVector(vector); err == nil {
			score = parsed.BaseScore()
		}
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		var parsed *cvss30.CVSS30
		if parsed, err = cvss30.ParseVector(vector); err == nil {
			score = parsed.BaseScore()
		}
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		var parsed *cvss40.CVSS40
		if parsed, err = cvss40.ParseVector(vector); err == nil {
			score = parsed.Score()
		}
	default:
		err = fmt.Errorf("it starts with none of CVSS:3.0/, CVSS:3.1/, CVSS:4.0/")
	}
	if err != nil {
		return 0, fmt.Errorf("cvss %q is not a CVSS vector: %w", vector, err)
	}
	return math.Round(score*10) / 10, nil
}

// bandOf is the qualitative severity rating scale of the CVSS specification, section 5 (3.1) and 6 (4.0).
func bandOf(score float64) string {
	switch {
	case score >= 9:
		return "CRITICAL"
	case score >= 7:
		return "HIGH"
	case score >= 4:
		return "MEDIUM"
	case score > 0:
		return "LOW"
	}
	return "UNKNOWN"
}
