package org.treegrpo.job.cli;

import org.apache.hadoop.conf.Configuration;
import org.treegrpo.job.files.RunDirectory;
import org.treegrpo.job.train.RunPlace;
import picocli.CommandLine.Option;

/** Options that name a registry: a mixin of commands that use one. */
public final class RegistryOptions {

  @Option(
      names = "--registry",
      required = true,
      paramLabel = "DIR",
      description = "Its directory, local or any Hadoop URI.")
  private String place;

  @Option(
      names = "--single-writer",
      description = "Nobody else writes: needed on a store without conditional writes.")
  private boolean singleWriter;

  public String place() {
    return place;
  }

  /** The directory, which may not be there yet. */
  public RunDirectory directory(Configuration hadoop) {
    return RunPlace.of("--registry", place, hadoop);
  }

  public boolean singleWriter() {
    return singleWriter;
  }
}
