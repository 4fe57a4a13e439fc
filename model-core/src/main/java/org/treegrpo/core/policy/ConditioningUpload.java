package org.treegrpo.core.policy;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For flight recordings: a prompt's conditioning goes to the device of a network. */
@Name("org.treegrpo.ConditioningUpload")
@Label("Conditioning Upload")
@Description("A prompt's conditioning goes to the device of a network")
@Category("TreeGRPO")
@StackTrace(false)
final class ConditioningUpload extends Event {

  @Label("Size")
  @DataAmount
  long bytes;
}
