// Package ec2 stands in for the module github.com/aws/aws-sdk-go-v2/service/ec2, a tenth of everything that Trivy's
// compiler reads: Trivy asks it for the snapshots of a machine image in AWS, and Loadline scans no machines.
package ec2

import (
	"context"
	"errors"
)

// Client refuses every request.
type Client struct{}

// DescribeImagesInput names machine images.
type DescribeImagesInput struct {
	ImageIds []string
}

// DescribeImagesOutput is what Trivy reads of an answer.
type DescribeImagesOutput struct {
	Images []Image
}

// Image is one machine image.
type Image struct {
	BlockDeviceMappings []BlockDeviceMapping
}

// BlockDeviceMapping is one of its disks.
type BlockDeviceMapping struct {
	Ebs *EbsBlockDevice
}

// EbsBlockDevice names the snapshot of a disk.
type EbsBlockDevice struct {
	SnapshotId *string
}

// NewFromConfig takes the configuration of the AWS SDK, which it does not read.
func NewFromConfig(any) *Client {
	return &Client{}
}

// DescribeImages refuses.
func (*Client) DescribeImages(context.Context, *DescribeImagesInput) (*DescribeImagesOutput, error) {
	return nil, errors.New("Loadline's build of Trivy scans no machine images; use the one of its publisher")
}
