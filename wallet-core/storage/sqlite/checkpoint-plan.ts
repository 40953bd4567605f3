/** So long the WAL grows, in frames of a page each, before it is written into the database: a page that changed often is then written once. */
const FRAMES_MIN = 4_000;
/** What the writer may move itself: it takes it about as long as a commit. */
const REST_MAX = 256;

/** WAIT: nothing is due. PASS: for the thread beside the commits. FINISH: for the writer, so that its next commit begins the WAL anew. */
export type Step = 'WAIT' | 'PASS' | 'FINISH';

/** Decides after a commit, while no pass is under way, what becomes of the WAL. */
export class CheckpointPlan {
  /** How long the WAL was when the last step began. */
  #target = 0;
  /** What was left when the last pass began. */
  #left = Infinity;

  /** `frames`: in the WAL; `moved`: so many of them are in the database. */
  next(frames: number, moved: number): Step {
    // The WAL has begun anew.
    if (frames < this.#target) [this.#target, this.#left] = [0, Infinity];
    if (frames < FRAMES_MIN) return 'WAIT';
    // Somebody reads the past, which keeps the rest where it is. When he has gone, it may be much, and no work for the writer.
    if (moved < this.#target)
      return frames < this.#target + FRAMES_MIN ? 'WAIT' : this.#begin('PASS', frames, Infinity);
    const left = frames - moved;
    // Where a pass takes longer than the commits meanwhile, further passes would never end.
    const isEnough = left <= REST_MAX || left >= this.#left;
    return isEnough ? this.#begin('FINISH', frames, Infinity) : this.#begin('PASS', frames, left);
  }

  #begin(step: Step, frames: number, left: number): Step {
    [this.#target, this.#left] = [frames, left];
    return step;
  }
}
