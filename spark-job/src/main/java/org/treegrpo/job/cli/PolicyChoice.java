package org.treegrpo.job.cli;

import java.util.Optional;

/**
 * Which weights a command uses.
 *
 * @param checkpoint a checkpoint directory, local or any Hadoop URI; empty if not given
 * @param runDir the run whose newest checkpoint is meant where {@code checkpoint} is empty; empty
 *     if the settings come from a file, which means the base policy
 */
public record PolicyChoice(Optional<String> checkpoint, Optional<String> runDir) {}
