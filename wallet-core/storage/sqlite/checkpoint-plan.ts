/** In frames of the WAL, of a page each. */
export interface CheckpointLimits {
  /** So long the WAL grows before it is written into the database: a page that changed often is then written once. */
  readonly framesMin: number;
  /** What the writer may move itself: it takes it about as long as a commit. */
  readonly restMax: number;
}

export const CHECKPOINT_LIMITS: CheckpointLimits = { framesMin: 4_000, restMax: 256 };

/** WAIT: nothing is due. PASS: for the thread beside the commits. FINISH: for the writer, so that its next commit begins the WAL anew. */
export type Step = 'WAIT' | 'PASS' | 'FINISH';

/** Decides after a commit, while no pass is under way, what becomes of the WAL. */
export class CheckpointPlan {
  /** How long the WAL was when the last step began. */
  #target = 0;
  /** What was left when the last pass began. */
  #left = Infinity;

  constructor(readonly limits = CHECKPOINT_LIMITS) {}

  /** `frames`: in the WAL; `moved`: so many of them are in the database. */
  next(frames: number, moved: number): Step {
    const { framesMin, restMax } = this.limits;
    // The WAL has begun anew.
    if (frames < this.#target) [this.#target, this.#left] = [0, Infinity];
    if (frames < framesMin) return 'WAIT';
    // Somebody reads the past, which keeps the rest where it is. When he has gone, it may be much, and no work for the writer.
    if (moved < this.#target) return frames < this.#target + framesMin ? 'WAIT' : this.#begin('PASS', frames, Infinity);
    const left = frames - moved;
    // Where a pass takes longer than the commits meanwhile, further passes would never end.
    const isEnough = left <= restMax || left >= this.#left;
    return isEnough ? this.#begin('FINISH', frames, Infinity) : this.#begin('PASS', frames, left);
  }

  #begin(step: Step, frames: number, left: number): Step {
    [this.#target, this.#left] = [frames, left];
    return step;
  }
}
