/**
 * Many questions as one operation, so that one snapshot of the desk answers them all. A question is {variables, fields,
 * fragments?}: the types of its variables by name, and root fields of the schema by the names that they are answered under.
 * Gives {query, variables, split}, where `split(data)` are the answers in the order of `asked`, a list of {question, values}.
 */
export function together(asked) {
  const declared = [];
  const fields = [];
  const variables = {};
  asked.forEach(({ question, values }, index) => {
    for (const [name, type] of Object.entries(question.variables)) {
      declared.push(`$${own(index, name)}: ${type}`);
      variables[own(index, name)] = values[name];
    }
    for (const [name, text] of Object.entries(question.fields)) {
      fields.push(`${own(index, name)}: ${text.replaceAll(/\$(\w+)/g, (_, variable) => `$${own(index, variable)}`)}`);
    }
  });
  const fragments = new Set(asked.flatMap(({ question }) => question.fragments ?? []));
  const query = `query Snapshot(${declared.join(", ")}) {\n${fields.join("\n")}\n}\n${[...fragments].join("\n")}`;
  return { query, variables, split: (data) => asked.map(({ question }, index) => answer(data, question, index)) };
}

const own = (index, name) => `q${index}_${name}`;

const answer = (data, question, index) =>
  Object.fromEntries(Object.keys(question.fields).map((name) => [name, data[own(index, name)]]));
