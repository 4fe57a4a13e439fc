/** Forward processes: how data becomes noise, and what a network predicts of it. */
package org.treegrpo.core.process;
