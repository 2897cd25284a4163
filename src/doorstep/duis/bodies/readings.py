"""Bodies of reads: Service References 4.1 to 4.18, 6.2, 6.13, 7.4, 7.7, 7.11, 7.14, 7.15, 11.2 and 14.1.

Most ask for a thing as it is now, or for the entries of a log in a period. Where the data come back encrypted
for a User whom the Device does not know, the request carries that User's Key Agreement certificate.
"""

from __future__ import annotations

from typing import Final

from doorstep.duis.bodies.common import READ_LOG_PERIOD, future_dated
from doorstep.duis.bodies.shape import EMPTY, elements, one, optional
from doorstep.duis.simple_type import BASE64, one_of

__all__ = ["BODIES"]

_PERIOD: Final = one("ReadLogPeriod", READ_LOG_PERIOD)

_NOW: Final = EMPTY
_AT_A_TIME: Final = future_dated()
_LOG: Final = future_dated(_PERIOD)
_LOG_FOR_ANY_USER: Final = future_dated(_PERIOD, optional("KAPublicSecurityCredentials", BASE64))

BODIES: Final = {
    "ReadInstantaneousImportRegisters": _AT_A_TIME,
    "ReadInstantaneousImportTOUMatrices": _AT_A_TIME,
    "ReadInstantaneousImportTOUWithBlocksMatrices": _AT_A_TIME,
    "ReadInstantaneousImportBlockCounters": _AT_A_TIME,
    "ReadInstantaneousExportRegisters": _AT_A_TIME,
    "ReadInstantaneousPrepayValues": _AT_A_TIME,
    "RetrieveCoMOrTariffTriggeredBillingDataLog": _LOG_FOR_ANY_USER,
    "RetrieveBillingCalendarTriggeredBillingDataLog": _LOG_FOR_ANY_USER,
    "RetrieveBillingDataLogDebtPayments": _LOG,
    "RetrieveBillingDataLogPrepaymentCredits": _LOG,
    "RetrieveImportDailyReadLog": _LOG_FOR_ANY_USER,
    "RetrieveExportDailyReadLog": _LOG,
    "ReadActiveImportProfileData": _LOG_FOR_ANY_USER,
    "ReadReactiveImportProfileData": _LOG,
    "ReadExportProfileData": _LOG,
    "ReadNetworkData": _LOG_FOR_ANY_USER,
    "ReadTariffPrimaryElement": _NOW,
    "ReadTariffSecondaryElement": _NOW,
    "ReadMaximumDemandImportRegisters": _AT_A_TIME,
    "ReadMaximumDemandExportRegisters": _AT_A_TIME,
    "ReadPrepaymentConfiguration": _AT_A_TIME,
    "ReadPrepaymentDailyReadLog": _LOG_FOR_ANY_USER,
    "ReadLoadLimitData": _AT_A_TIME,
    "ReadActivePowerImport": _NOW,
    "RetrieveDailyConsumptionLog": _LOG_FOR_ANY_USER,
    "ReadMeterBalance": _AT_A_TIME,
    "ReadDeviceConfigurationVoltage": _NOW,
    "ReadDeviceConfigurationRandomisation": _NOW,
    "ReadDeviceConfigurationBillingCalendar": _NOW,
    "ReadDeviceConfigurationIdentityExcMPxN": _NOW,
    "ReadDeviceConfigurationInstantaneousPowerThresholds": _NOW,
    "ReadDeviceConfigurationMPxN": _NOW,
    "ReadDeviceConfigurationGas": _NOW,
    "ReadDeviceConfigurationPaymentMode": _NOW,
    "ReadDeviceConfigurationEventAndAlertBehaviours": _NOW,
    "ReadEventOrSecurityLog": elements(
        _PERIOD,
        one(
            "LogToRead",
            one_of(("Event", "ALCSEvent", "PowerEvent", "Security", "GSMEEvent", "GSMESecurity")),
        ),
    ),
    "ReadSupplyStatus": _NOW,
    "ReadALCSData": _AT_A_TIME,
    "ReadBoostButtonDetails": _LOG,
    "ReadAuxiliaryControllerConfigurationData": _AT_A_TIME,
    "ReadAuxiliaryControllerOperationalData": _AT_A_TIME,
    "ReadFirmwareVersion": _AT_A_TIME,
    "RecordNetworkDataGAS": _NOW,
}
"""The shape of each body by its name."""
