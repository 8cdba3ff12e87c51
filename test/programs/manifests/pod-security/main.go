// Says of Kubernetes objects what an API server would find first: a field that their kind does not have, and whether their pods may
// enter a namespace that is restricted. It asks Kubernetes' own types and Pod Security's own library, so that no server has to be compiled or started.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// answer is what is said of one object.
type answer struct {
	// Registered is false for a kind that Kubernetes itself does not have: of it nothing else is said.
	Registered bool `json:"registered"`
	// Invalid says why the object is none of its kind; empty where it is one.
	Invalid string `json:"invalid"`
	// Forbidden says why Pod Security refuses its pods at the level restricted; empty where it lets them in, or where there are none.
	Forbidden string `json:"forbidden"`
	// Pods is whether the object is a pod or makes some.
	Pods bool `json:"pods"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads a JSON array of objects from standard input and writes an array with an answer for each.
func run() error {
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return fmt.Errorf("expected a JSON array of objects: %w", err)
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, autoscalingv2.AddToScheme, corev1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme,
	} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks())
	if err != nil {
		return err
	}
	answers := make([]answer, 0, len(objects))
	for _, object := range objects {
		answers = append(answers, judge(object, decoder, evaluator))
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func judge(object []byte, decoder runtime.Decoder, evaluator policy.Evaluator) answer {
	decoded, _, err := decoder.Decode(object, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return answer{}
	}
	if err != nil && !runtime.IsStrictDecodingError(err) {
		return answer{Registered: true, Invalid: err.Error()}
	}
	said := answer{Registered: true}
	if err != nil {
		said.Invalid = err.Error()
	}
	var template *corev1.PodTemplateSpec
	switch kind := decoded.(type) {
	case *corev1.Pod:
		template = &corev1.PodTemplateSpec{ObjectMeta: kind.ObjectMeta, Spec: kind.Spec}
	case *appsv1.Deployment:
		template = &kind.Spec.Template
	default:
		return said
	}
	said.Pods = true
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec))
	if !result.Allowed {
		said.Forbidden = fmt.Sprintf("violates PodSecurity %q: %s", restricted, result.ForbiddenDetail())
	}
	return said
}
