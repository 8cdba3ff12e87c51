// Package hm stands in for github.com/vito/dang/v2/pkg/hm: the types of Dang, taken unchanged from Dang v1.
package hm

import v1 "github.com/vito/dang/pkg/hm"

type (
	Type          = v1.Type
	Types         = v1.Types
	TypeVarSet    = v1.TypeVarSet
	Subs          = v1.Subs
	Substitutable = v1.Substitutable
	Scheme        = v1.Scheme
	FunctionType  = v1.FunctionType
	NonNullType   = v1.NonNullType
)
