package org.treegrpo.job.train;

import java.util.List;
import org.treegrpo.job.settings.TrainSettings;

/** The settings of a configuration, for the steps of a command that differ in some of them. */
public interface SettingsOf {

  /**
   * The configuration's settings.
   *
   * @param changes {@code treegrpo.key=value} on top of them
   */
  TrainSettings with(List<String> changes);
}
