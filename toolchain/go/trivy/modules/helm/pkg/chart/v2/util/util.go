// Package util has the name by which Trivy recognises a chart.
package util

// ChartfileName is the file that every chart has.
const ChartfileName = "Chart.yaml"
