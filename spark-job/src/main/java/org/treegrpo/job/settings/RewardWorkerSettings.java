package org.treegrpo.job.settings;

/**
 * The threads that score images on an executor.
 *
 * @param threads scoring threads of one executor; 0 = as many as its task slots, but no more than
 *     its machine has processors
 * @param chunkRows images of one call to a reward
 * @param maxFailedShare share of a round's scores that may fail before the run stops
 */
public record RewardWorkerSettings(int threads, int chunkRows, double maxFailedShare) {

  static RewardWorkerSettings read(SettingsReader reader) {
    return new RewardWorkerSettings(
        reader.integer("threads", 0, 1024),
        reader.integer("chunk-rows", 1, 4096),
        reader.decimal("max-failed-share", Range.closed(0, 1)));
  }
}
