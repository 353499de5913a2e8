/** Heading of a group in a sidebar's tree. */
export function GroupHead({ name, note }: { readonly name: string; readonly note: string }): JSX.Element {
  return (
    <div className="jp-SlipwayGroupHead">
      <span className="jp-SlipwayGroupHead-name" title={name}>
        {name}
      </span>
      <span className="jp-SlipwayGroupHead-note">{note}</span>
    </div>
  );
}
