// Package introspection stands in for github.com/vito/dang/v2/pkg/introspection: the description of a GraphQL schema, taken
// unchanged from Dang v1.
package introspection

import v1 "github.com/vito/dang/pkg/introspection"

type (
	Response = v1.Response
	Schema   = v1.Schema
	Field    = v1.Field
	TypeRef  = v1.TypeRef
)

const (
	TypeKindNonNull = v1.TypeKindNonNull
	TypeKindObject  = v1.TypeKindObject
)
