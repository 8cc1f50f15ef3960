//! The kinds and fields of the Python grammar, as enums that are dispatched on without comparing texts.
//!
//! Refuses to know what a kind means; the one judgement here is which kinds are expressions and which are statements.

use std::sync::LazyLock;

/// Makes an enum of grammar names and the table from the grammar's ids to it.
macro_rules! kinds {
    (named { $($named:ident = $name:literal,)* } tokens { $($token:ident = $text:literal,)* }) => {
        /// What a node is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Kind {
            $($named,)*
            $($token,)*
            /// A region that the parser could not make sense of.
            Error,
            /// A token that nothing asks about.
            Other,
        }

        fn kind_table() -> Vec<Kind> {
            let language = tree_sitter::Language::new(tree_sitter_python::LANGUAGE);
            let count = u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
            (0..count)
                .map(|id| match (language.node_kind_is_named(id), language.node_kind_for_id(id).unwrap_or("")) {
                    $((true, $name) => Kind::$named,)*
                    $((false, $text) => Kind::$token,)*
                    _ => Kind::Other,
                })
                .collect()
        }

        #[cfg(test)]
        pub(super) const NAMED: &[&str] = &[$($name,)*];
    };
}

kinds! {
    named {
        AliasedImport = "aliased_import",
        ArgumentList = "argument_list",
        AsPattern = "as_pattern",
        AsPatternTarget = "as_pattern_target",
        AssertStatement = "assert_statement",
        Assignment = "assignment",
        Attribute = "attribute",
        AugmentedAssignment = "augmented_assignment",
        Await = "await",
        BinaryOperator = "binary_operator",
        Block = "block",
        BooleanOperator = "boolean_operator",
        BreakStatement = "break_statement",
        Call = "call",
        CaseClause = "case_clause",
        CasePattern = "case_pattern",
        Chevron = "chevron",
        ClassDefinition = "class_definition",
        ClassPattern = "class_pattern",
        Comment = "comment",
        ComparisonOperator = "comparison_operator",
        ComplexPattern = "complex_pattern",
        ConcatenatedString = "concatenated_string",
        ConditionalExpression = "conditional_expression",
        ConstrainedType = "constrained_type",
        ContinueStatement = "continue_statement",
        DecoratedDefinition = "decorated_definition",
        Decorator = "decorator",
        DefaultParameter = "default_parameter",
        DeleteStatement = "delete_statement",
        DictPattern = "dict_pattern",
        Dictionary = "dictionary",
        DictionaryComprehension = "dictionary_comprehension",
        DictionarySplat = "dictionary_splat",
        DictionarySplatPattern = "dictionary_splat_pattern",
        DottedName = "dotted_name",
        ElifClause = "elif_clause",
        Ellipsis = "ellipsis",
        ElseClause = "else_clause",
        EscapeInterpolation = "escape_interpolation",
        EscapeSequence = "escape_sequence",
        ExceptClause = "except_clause",
        ExecStatement = "exec_statement",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        False = "false",
        FinallyClause = "finally_clause",
        Float = "float",
        ForInClause = "for_in_clause",
        ForStatement = "for_statement",
        FormatExpression = "format_expression",
        FormatSpecifier = "format_specifier",
        FunctionDefinition = "function_definition",
        FutureImportStatement = "future_import_statement",
        GeneratorExpression = "generator_expression",
        GenericType = "generic_type",
        GlobalStatement = "global_statement",
        Identifier = "identifier",
        IfClause = "if_clause",
        IfStatement = "if_statement",
        ImportFromStatement = "import_from_statement",
        ImportPrefix = "import_prefix",
        ImportStatement = "import_statement",
        Integer = "integer",
        Interpolation = "interpolation",
        KeywordArgument = "keyword_argument",
        KeywordPattern = "keyword_pattern",
        KeywordSeparator = "keyword_separator",
        Lambda = "lambda",
        LambdaParameters = "lambda_parameters",
        LineContinuation = "line_continuation",
        List = "list",
        ListComprehension = "list_comprehension",
        ListPattern = "list_pattern",
        ListSplat = "list_splat",
        ListSplatPattern = "list_splat_pattern",
        MatchStatement = "match_statement",
        MemberType = "member_type",
        Module = "module",
        NamedExpression = "named_expression",
        None = "none",
        NonlocalStatement = "nonlocal_statement",
        NotOperator = "not_operator",
        Pair = "pair",
        Parameters = "parameters",
        ParenthesizedExpression = "parenthesized_expression",
        ParenthesizedListSplat = "parenthesized_list_splat",
        PassStatement = "pass_statement",
        PatternList = "pattern_list",
        PositionalSeparator = "positional_separator",
        PrintStatement = "print_statement",
        RaiseStatement = "raise_statement",
        RelativeImport = "relative_import",
        ReturnStatement = "return_statement",
        Set = "set",
        SetComprehension = "set_comprehension",
        Slice = "slice",
        SplatPattern = "splat_pattern",
        SplatType = "splat_type",
        String = "string",
        StringContent = "string_content",
        StringEnd = "string_end",
        StringStart = "string_start",
        Subscript = "subscript",
        True = "true",
        TryStatement = "try_statement",
        Tuple = "tuple",
        TuplePattern = "tuple_pattern",
        Type = "type",
        TypeAliasStatement = "type_alias_statement",
        TypeConversion = "type_conversion",
        TypeParameter = "type_parameter",
        TypedDefaultParameter = "typed_default_parameter",
        TypedParameter = "typed_parameter",
        UnaryOperator = "unary_operator",
        UnionPattern = "union_pattern",
        UnionType = "union_type",
        WhileStatement = "while_statement",
        WildcardImport = "wildcard_import",
        WithClause = "with_clause",
        WithItem = "with_item",
        WithStatement = "with_statement",
        Yield = "yield",
    }
    tokens {
        Async = "async",
        Colon = ":",
        Comma = ",",
        From = "from",
        And = "and",
        Plus = "+",
        Minus = "-",
        Star = "*",
        Slash = "/",
        DoubleSlash = "//",
        Percent = "%",
        DoubleStar = "**",
        Bar = "|",
        Is = "is",
        IsNot = "is not",
        Equal = "==",
        NotEqual = "!=",
        Diamond = "<>",
        In = "in",
        NotIn = "not in",
        Underscore = "_",
    }
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(kind_table);

/// The kind for each of the grammar's ids; [`Kind::Error`] has an id beyond the table.
pub(super) fn kinds() -> &'static [Kind] {
    &KINDS
}

impl Kind {
    /// Whether nothing in a node of this kind is of interest: it is one token, or, as the text between quotes, decoded
    /// from the source.
    pub(super) fn is_leaf(self) -> bool {
        matches!(self, Kind::StringContent | Kind::Identifier | Kind::Integer | Kind::Float | Kind::Comma | Kind::Colon)
    }

    /// Whether a node of this kind lowers to an expression.
    pub(super) fn is_expression(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AsPattern
                | AsPatternTarget
                | Attribute
                | Await
                | BinaryOperator
                | BooleanOperator
                | Call
                | ComparisonOperator
                | ConcatenatedString
                | ConditionalExpression
                | ConstrainedType
                | Dictionary
                | DictionaryComprehension
                | DictionarySplat
                | DictionarySplatPattern
                | Ellipsis
                | ExpressionList
                | False
                | Float
                | GeneratorExpression
                | GenericType
                | Identifier
                | Integer
                | Lambda
                | List
                | ListComprehension
                | ListPattern
                | ListSplat
                | ListSplatPattern
                | MemberType
                | NamedExpression
                | None
                | NotOperator
                | ParenthesizedExpression
                | ParenthesizedListSplat
                | PatternList
                | Set
                | SetComprehension
                | Slice
                | SplatType
                | String
                | Subscript
                | True
                | Tuple
                | TuplePattern
                | Type
                | UnaryOperator
                | UnionType
                | Yield
        )
    }

    /// Whether a node of this kind lowers to a statement.
    pub(super) fn is_statement(self) -> bool {
        use Kind::*;
        matches!(
            self,
            AssertStatement
                | BreakStatement
                | ClassDefinition
                | ContinueStatement
                | DecoratedDefinition
                | DeleteStatement
                | ExecStatement
                | ExpressionStatement
                | ForStatement
                | FunctionDefinition
                | FutureImportStatement
                | GlobalStatement
                | IfStatement
                | ImportFromStatement
                | ImportStatement
                | MatchStatement
                | NonlocalStatement
                | PassStatement
                | PrintStatement
                | RaiseStatement
                | ReturnStatement
                | TryStatement
                | TypeAliasStatement
                | WhileStatement
                | WithStatement
        )
    }
}

/// Makes an enum of field names and the table from the grammar's ids to it.
macro_rules! fields {
    ($($field:ident = $name:literal,)*) => {
        /// What a node is to its parent.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($field,)*
            /// A field that nothing asks about, or none.
            Other,
        }

        fn field_table() -> Vec<Field> {
            let language = tree_sitter::Language::new(tree_sitter_python::LANGUAGE);
            let count = u16::try_from(language.field_count()).unwrap_or(0);
            (0..=count)
                .map(|id| match language.field_name_for_id(id).unwrap_or("") {
                    $($name => Field::$field,)*
                    _ => Field::Other,
                })
                .collect()
        }

        #[cfg(test)]
        pub(super) const FIELDS: &[&str] = &[$($name,)*];
    };
}

fields! {
    Alias = "alias",
    Alternative = "alternative",
    Argument = "argument",
    Arguments = "arguments",
    AttributeName = "attribute",
    Body = "body",
    Condition = "condition",
    Consequence = "consequence",
    Definition = "definition",
    Expression = "expression",
    FormatSpecifier = "format_specifier",
    Function = "function",
    Guard = "guard",
    Key = "key",
    Left = "left",
    ModuleName = "module_name",
    Name = "name",
    Object = "object",
    Operator = "operator",
    Operators = "operators",
    Parameters = "parameters",
    ReturnType = "return_type",
    Right = "right",
    Subject = "subject",
    Subscript = "subscript",
    Superclasses = "superclasses",
    Type = "type",
    TypeParameters = "type_parameters",
    Value = "value",
}

static FIELD_TABLE: LazyLock<Vec<Field>> = LazyLock::new(field_table);

/// The field for each of the grammar's ids.
pub(super) fn fields() -> &'static [Field] {
    &FIELD_TABLE
}
