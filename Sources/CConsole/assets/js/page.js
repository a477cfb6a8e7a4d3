// The executions of a page, and how changes come into it.

export class Page {
  executions = [];
  nextToken = "";
  /** Whether what is behind the page is no longer what its token leads to. */
  isStale = false;

  #size;
  #isFirst;
  #meets;

  /**
   * @param {boolean} isFirst Whether new executions belong on it.
   * @param {(execution: object) => boolean} meets Whether one is among those that are listed.
   */
  constructor(size, isFirst, meets) {
    this.#size = size;
    this.#isFirst = isFirst;
    this.#meets = meets;
  }

  read({ executions = [], nextPageToken = "" }) {
    this.executions = executions;
    this.nextToken = nextPageToken;
    this.isStale = false;
  }

  /** Whether executions are missing that the server has. */
  get hasRoom() { return this.executions.length < this.#size && this.nextToken !== ""; }

  /** Takes a change, and tells what it did to the page: "changed", "removed", or nothing. */
  take({ executionId, version, execution }) {
    const at = this.executions.findIndex((one) => one.id === executionId);
    if (!execution || !this.#meets(execution)) {
      if (at < 0 || (this.executions[at].version ?? 0) > (execution?.version ?? version)) return null;
      this.executions.splice(at, 1);
      return "removed";
    }
    return at >= 0 ? this.#replace(at, execution) : this.#insert(execution);
  }

  #replace(at, execution) {
    const shown = this.executions[at];
    if (shown.version >= execution.version) return null;
    // A change does not tell whether it is abandoned.
    const abandoned = shown.abandoned && execution.status === shown.status;
    this.executions[at] = abandoned ? { ...execution, abandoned } : execution;
    return "changed";
  }

  #insert(execution) {
    const before = this.executions.findIndex((one) => one.id < execution.id);
    // What is older than all of a page that is not the last is on a later one.
    if (!this.#isFirst || (before < 0 && this.nextToken)) return null;
    this.executions.splice(before < 0 ? this.executions.length : before, 0, execution);
    if (this.executions.length > this.#size) {
      this.executions.length = this.#size;
      this.isStale = true;
    }
    return "changed";
  }
}
