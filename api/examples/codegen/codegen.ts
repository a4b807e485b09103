import type { CodegenConfig } from "@graphql-codegen/cli";

// Numbers stay strings, for JavaScript's own are floats.
const config: CodegenConfig = {
  schema: "../../../schema.graphql",
  documents: "queries.graphql",
  generates: {
    "papertape.ts": {
      plugins: ["typescript-operations", "typed-document-node"],
      config: {
        strictScalars: true,
        scalars: { Decimal: "string", Figure: "string", DateTime: "string", UUID: "string" },
        documentMode: "string",
        useTypeImports: true,
      },
    },
  },
};

export default config;
