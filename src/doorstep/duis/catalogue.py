"""The catalogue of Service Requests: every Service Request Variant with who may send it and how.

The rows restate the request matrix that the DCC publishes with its open tools; their set is that of the
schema. Roles are empty for 7.16, 8.5 and 8.6, where the source leaves them blank. For 7.12 to 7.15 the
schema's comments swap the Command Variants; the rows follow the critical flag, with which the published test
requests agree (``duis.md`` section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from doorstep.duis.command_variant import COMMAND_VARIANTS
from doorstep.errors import Unsupported

__all__ = [
    "SIGNED_PRE_COMMAND",
    "VARIANTS",
    "FutureDated",
    "Role",
    "ServiceRequestVariant",
    "of_body",
    "variant",
]

SIGNED_PRE_COMMAND: Final = "SignedPreCommand"
"""The body element that stands in for the service's own once its Pre-Command is signed."""


class Role(Enum):
    """A User Role."""

    IS = "import supplier"
    ES = "export supplier"
    GS = "gas supplier"
    RSA = "registered supplier agent"
    ED = "electricity distributor"
    GT = "gas transporter"
    OU = "other user"

    # Looked up for every request; the hash that an Enum brings is one of Python code.
    __hash__ = object.__hash__


class FutureDated(Enum):
    """Who holds a request that is to be carried out at a later time."""

    NO = "nobody: it is carried out at once"
    DCC = "the DCC"
    DEVICE = "the Device"
    DCC_AND_DEVICE = "the DCC and the Device"


class ServiceRequestVariant(Struct, frozen=True):
    """A row of the catalogue.

    ``srv`` is the Service Reference Variant (``4.1.1``) and ``service_reference`` what it is a variant of
    (``4.1``); the two are equal where there is only one. ``body_element`` names the element in the body.
    """

    srv: str
    name: str
    critical: bool
    non_device: bool
    command_variants: tuple[int, ...]
    future_dated: FutureDated
    roles: frozenset[Role]
    body_element: str

    @property
    def service_reference(self) -> str:
        """The first two numbers of the variant."""
        return ".".join(self.srv.split(".")[:2])

    @property
    def local_delivery(self) -> bool:
        """Whether the Command may come back to the User for Local Delivery."""
        return any(row.local_copy for row in COMMAND_VARIANTS if row.number in self.command_variants)


def variant(srv: str) -> ServiceRequestVariant:
    """The row of a Service Reference Variant. Raises :class:`Unsupported` for one that does not exist."""
    try:
        return VARIANTS[srv]
    except KeyError:
        raise Unsupported(f"{srv[:40]!r} is not a Service Reference Variant") from None


def of_body(name: str) -> ServiceRequestVariant:
    """The row whose requests have that element in the body. Raises :class:`Unsupported` where none has."""
    try:
        return _BY_BODY[name]
    except KeyError:
        raise Unsupported(f"{name[:40]!r} is not the body of a Service Request") from None


class _Kind(Struct, frozen=True):
    """What decides the Command Variants of a request."""

    critical: bool
    non_device: bool
    command_variants: tuple[int, ...]


_NON_CRITICAL: Final = _Kind(False, False, (1, 2, 3))
_CRITICAL: Final = _Kind(True, False, (4, 5, 6, 7))
_NON_DEVICE: Final = _Kind(False, True, (8,))
_COMMISSION: Final = _Kind(True, False, (4, 5))
_OPT_OUT: Final = _Kind(False, False, (1,))

_NO: Final = FutureDated.NO
_DCC: Final = FutureDated.DCC
_DEVICE: Final = FutureDated.DEVICE
_BOTH: Final = FutureDated.DCC_AND_DEVICE

# A row has two lines, which the formatter would make eight.
# fmt: off
_ROWS: Final[tuple[tuple[str, str, _Kind, FutureDated, str, str], ...]] = (
    ("1.1.1", "Update Import Tariff (Primary Element)",
     _CRITICAL, _DEVICE, "IS GS", "UpdateImportTariffPrimaryElement"),
    ("1.1.2", "Update Import Tariff (Secondary Element)",
     _CRITICAL, _DEVICE, "IS", "UpdateImportTariffSecondaryElement"),
    ("1.2.1", "Update Price (Primary Element)",
     _CRITICAL, _DEVICE, "IS GS", "UpdatePricePrimaryElement"),
    ("1.2.2", "Update Price (Secondary Element)",
     _CRITICAL, _DEVICE, "IS", "UpdatePriceSecondaryElement"),
    ("1.5", "Update Meter Balance",
     _CRITICAL, _NO, "IS GS", "UpdateMeterBalance"),
    ("1.6", "Update Payment Mode",
     _CRITICAL, _DEVICE, "IS GS", "UpdatePaymentMode"),
    ("1.7", "Reset Tariff Block Counter Matrix",
     _CRITICAL, _NO, "IS", "ResetTariffBlockCounterMatrix"),
    ("2.1", "Update Prepay Configuration",
     _CRITICAL, _DEVICE, "IS GS", "UpdatePrepayConfiguration"),
    ("2.2", "Top Up Device",
     _NON_CRITICAL, _NO, "IS GS", "TopUpDevice"),
    ("2.3", "Update Debt",
     _CRITICAL, _NO, "IS GS", "UpdateDebt"),
    ("2.5", "Activate Emergency Credit",
     _CRITICAL, _NO, "IS GS", "ActivateEmergencyCredit"),
    ("3.1", "Display Message",
     _NON_CRITICAL, _DCC, "IS GS", "DisplayMessage"),
    ("3.2", "Restrict Access For Change Of Tenancy",
     _NON_CRITICAL, _DCC, "IS GS", "RestrictAccessForChangeOfTenancy"),
    ("3.3", "Clear Event Log",
     _NON_CRITICAL, _NO, "IS GS", "ClearEventLog"),
    ("3.4", "Update Supplier Name",
     _NON_CRITICAL, _DCC, "IS GS", "UpdateSupplierName"),
    ("3.5", "Disable Privacy PIN",
     _NON_CRITICAL, _NO, "IS GS", "DisablePrivacyPIN"),
    ("4.1.1", "Read Instantaneous Import Registers",
     _NON_CRITICAL, _DCC, "IS GS ED GT", "ReadInstantaneousImportRegisters"),
    ("4.1.2", "Read Instantaneous Import TOU Matrices",
     _NON_CRITICAL, _DCC, "IS GS ED GT", "ReadInstantaneousImportTOUMatrices"),
    ("4.1.3", "Read Instantaneous Import TOU With Blocks Matrices",
     _NON_CRITICAL, _DCC, "IS ED", "ReadInstantaneousImportTOUWithBlocksMatrices"),
    ("4.1.4", "Read Instantaneous Import Block Counters",
     _NON_CRITICAL, _DCC, "GS", "ReadInstantaneousImportBlockCounters"),
    ("4.2", "Read Instantaneous Export Registers",
     _NON_CRITICAL, _DCC, "ES ED", "ReadInstantaneousExportRegisters"),
    ("4.3", "Read Instantaneous Prepay Values",
     _NON_CRITICAL, _DCC, "IS GS", "ReadInstantaneousPrepayValues"),
    ("4.4.2", "Retrieve Change Of Mode / Tariff Triggered Billing Data Log",
     _NON_CRITICAL, _DCC, "IS GS", "RetrieveCoMOrTariffTriggeredBillingDataLog"),
    ("4.4.3", "Retrieve Billing Calendar Triggered Billing Data Log",
     _NON_CRITICAL, _DCC, "IS GS", "RetrieveBillingCalendarTriggeredBillingDataLog"),
    ("4.4.4", "Retrieve Billing Data Log (Payment Based Debt Payments)",
     _NON_CRITICAL, _DCC, "IS GS", "RetrieveBillingDataLogDebtPayments"),
    ("4.4.5", "Retrieve Billing Data Log (Prepayment Credits)",
     _NON_CRITICAL, _DCC, "IS GS", "RetrieveBillingDataLogPrepaymentCredits"),
    ("4.6.1", "Retrieve Import Daily Read Log",
     _NON_CRITICAL, _DCC, "IS GS", "RetrieveImportDailyReadLog"),
    ("4.6.2", "Retrieve Export Daily Read Log",
     _NON_CRITICAL, _DCC, "ES", "RetrieveExportDailyReadLog"),
    ("4.8.1", "Read Active Import Profile Data",
     _NON_CRITICAL, _DCC, "IS GS ED GT OU", "ReadActiveImportProfileData"),
    ("4.8.2", "Read Reactive Import Profile Data",
     _NON_CRITICAL, _DCC, "IS ED OU", "ReadReactiveImportProfileData"),
    ("4.8.3", "Read Export Profile Data",
     _NON_CRITICAL, _DCC, "ES ED OU", "ReadExportProfileData"),
    ("4.10", "Read Network Data",
     _NON_CRITICAL, _DCC, "IS GS ED GT", "ReadNetworkData"),
    ("4.11.1", "Read Tariff (Primary Element)",
     _NON_CRITICAL, _NO, "IS GS OU", "ReadTariffPrimaryElement"),
    ("4.11.2", "Read Tariff (Secondary Element)",
     _NON_CRITICAL, _NO, "IS OU", "ReadTariffSecondaryElement"),
    ("4.12.1", "Read Maximum Demand Import Registers",
     _NON_CRITICAL, _DCC, "IS ED", "ReadMaximumDemandImportRegisters"),
    ("4.12.2", "Read Maximum Demand Export Registers",
     _NON_CRITICAL, _DCC, "ES ED", "ReadMaximumDemandExportRegisters"),
    ("4.13", "Read Prepayment Configuration",
     _NON_CRITICAL, _DCC, "IS GS", "ReadPrepaymentConfiguration"),
    ("4.14", "Read Prepayment Daily Read Log",
     _NON_CRITICAL, _DCC, "IS GS", "ReadPrepaymentDailyReadLog"),
    ("4.15", "Read Load Limit Data",
     _NON_CRITICAL, _DCC, "IS ED", "ReadLoadLimitData"),
    ("4.16", "Read Active Power Import",
     _NON_CRITICAL, _NO, "IS ED", "ReadActivePowerImport"),
    ("4.17", "Retrieve Daily Consumption Log",
     _NON_CRITICAL, _DCC, "IS GS ED GT OU", "RetrieveDailyConsumptionLog"),
    ("4.18", "Read Meter Balance",
     _NON_CRITICAL, _DCC, "IS GS", "ReadMeterBalance"),
    ("5.1", "Create Schedule",
     _NON_DEVICE, _NO, "IS ES GS ED GT OU", "CreateSchedule"),
    ("5.2", "Read Schedule",
     _NON_DEVICE, _NO, "IS ES GS ED GT OU", "ReadSchedule"),
    ("5.3", "Delete Schedule",
     _NON_DEVICE, _NO, "IS ES GS ED GT OU", "DeleteSchedule"),
    ("6.2.1", "Read Device Configuration (Voltage)",
     _NON_CRITICAL, _NO, "IS RSA ED", "ReadDeviceConfigurationVoltage"),
    ("6.2.2", "Read Device Configuration (Randomisation)",
     _NON_CRITICAL, _NO, "IS RSA ED", "ReadDeviceConfigurationRandomisation"),
    ("6.2.3", "Read Device Configuration (Billing Calendar)",
     _NON_CRITICAL, _NO, "IS GS RSA", "ReadDeviceConfigurationBillingCalendar"),
    ("6.2.4", "Read Device Configuration (Identity Exc MPxN)",
     _NON_CRITICAL, _NO, "IS ES GS RSA ED GT OU", "ReadDeviceConfigurationIdentityExcMPxN"),
    ("6.2.5", "Read Device Configuration (Instantaneous Power Thresholds)",
     _NON_CRITICAL, _NO, "IS RSA", "ReadDeviceConfigurationInstantaneousPowerThresholds"),
    ("6.2.7", "Read Device Configuration (MPxN)",
     _NON_CRITICAL, _NO, "IS ES GS RSA ED GT OU", "ReadDeviceConfigurationMPxN"),
    ("6.2.8", "Read Device Configuration (Gas)",
     _NON_CRITICAL, _NO, "GS RSA GT", "ReadDeviceConfigurationGas"),
    ("6.2.9", "Read Device Configuration (Payment Mode)",
     _NON_CRITICAL, _NO, "IS GS RSA", "ReadDeviceConfigurationPaymentMode"),
    ("6.2.10", "Read Device Configuration (Event and Alert Behaviours)",
     _NON_CRITICAL, _NO, "IS GS ED", "ReadDeviceConfigurationEventAndAlertBehaviours"),
    ("6.4.1", "Update Device Configuration (Load Limiting General Settings)",
     _CRITICAL, _DEVICE, "IS", "UpdateDeviceConfigurationLoadLimitingGeneralSettings"),
    ("6.4.2", "Update Device Configuration (Load Limiting Counter Reset)",
     _NON_CRITICAL, _DCC, "IS", "UpdateDeviceConfigurationLoadLimitingCounterReset"),
    ("6.5", "Update Device Configuration (Voltage)",
     _NON_CRITICAL, _DCC, "ED", "UpdateDeviceConfigurationVoltage"),
    ("6.6", "Update Device Configuration (Gas Conversion)",
     _CRITICAL, _NO, "GS", "UpdateDeviceConfigurationGasConversion"),
    ("6.7", "Update Device Configuration (Gas Flow)",
     _CRITICAL, _NO, "GS", "UpdateDeviceConfigurationGasFlow"),
    ("6.8", "Update Device Configuration (Billing Calendar)",
     _CRITICAL, _NO, "IS GS", "UpdateDeviceConfigurationBillingCalendar"),
    ("6.11", "Synchronise Clock",
     _CRITICAL, _NO, "IS GS", "SynchroniseClock"),
    ("6.12", "Update Device Configuration (Instantaneous Power Threshold)",
     _NON_CRITICAL, _DCC, "IS", "UpdateDeviceConfigurationInstantaneousPowerThreshold"),
    ("6.13", "Read Event Or Security Log",
     _NON_CRITICAL, _NO, "IS GS RSA ED GT", "ReadEventOrSecurityLog"),
    ("6.14.1", "Update Device Configuration (Auxiliary Load Control Description)",
     _CRITICAL, _NO, "IS", "UpdateDeviceConfigurationALCDescriptions"),
    ("6.14.2", "Update Device Configuration (Auxiliary Load Control Scheduler)",
     _CRITICAL, _DEVICE, "IS", "UpdateDeviceConfigurationALCScheduler"),
    ("6.14.3", "Update Device Configuration (Auxiliary Controller Scheduler)",
     _CRITICAL, _DEVICE, "IS", "UpdateDeviceConfigurationAuxiliaryControllerScheduler"),
    ("6.15.1", "Update Security Credentials (KRP)",
     _CRITICAL, _DEVICE, "IS GS ED GT", "UpdateSecurityCredentialsKRP"),
    ("6.15.2", "Update Security Credentials (Device)",
     _CRITICAL, _NO, "IS GS", "UpdateSecurityCredentialsDevice"),
    ("6.17", "Issue Security Credentials",
     _CRITICAL, _NO, "IS GS", "IssueSecurityCredentials"),
    ("6.18.1", "Set Maximum Demand Configurable Time Period",
     _NON_CRITICAL, _DCC, "ED", "SetMaximumDemandConfigurableTimePeriod"),
    ("6.18.2", "Reset Maximum Demand Registers",
     _NON_CRITICAL, _DCC, "ED", "ResetMaximumDemandRegisters"),
    ("6.20.1", "Set Device Configuration (Import MPxN)",
     _NON_CRITICAL, _DCC, "IS GS", "SetDeviceConfigurationImportMPxN"),
    ("6.20.2", "Set Device Configuration (Export MPAN)",
     _NON_CRITICAL, _DCC, "ES", "SetDeviceConfigurationExportMPAN"),
    ("6.21", "Request Handover Of DCC Controlled Device",
     _NON_CRITICAL, _DCC, "IS GS", "RequestHandoverOfDCCControlledDevice"),
    ("6.22", "Configure Alert Behaviour",
     _NON_CRITICAL, _NO, "IS GS ED", "ConfigureAlertBehaviour"),
    ("6.23", "Update Security Credentials (CoS)",
     _NON_CRITICAL, _BOTH, "IS GS", "UpdateSecurityCredentialsCoS"),
    ("6.24.1", "Retrieve Device Security Credentials (KRP)",
     _NON_CRITICAL, _NO, "IS GS ED GT", "RetrieveDeviceSecurityCredentialsKRP"),
    ("6.24.2", "Retrieve Device Security Credentials (Device)",
     _CRITICAL, _NO, "IS GS", "RetrieveDeviceSecurityCredentialsDevice"),
    ("6.25", "Set Electricity Supply Tamper State",
     _CRITICAL, _NO, "IS", "SetElectricitySupplyTamperState"),
    ("6.26", "Update Device Configuration (daily resetting of Tariff Block Counter Matrix)",
     _CRITICAL, _NO, "IS", "UpdateDeviceConfigurationDailyResettingOfTariffBlockCounterMatrix"),
    ("6.27", "Update Device Configuration (RMS Voltage Counter Reset)",
     _NON_CRITICAL, _DCC, "ED", "UpdateDeviceConfigurationRMSVoltageCounterReset"),
    ("6.28", "Set CHF Sub GHz Configuration",
     _NON_CRITICAL, _NO, "IS GS", "SetCHFSubGHzConfiguration"),
    ("6.29", "Request CHF Sub GHz Channel Scan",
     _NON_CRITICAL, _NO, "IS GS", "RequestCHFSubGHzChannelScan"),
    ("6.30", "Read CHF Sub GHz Configuration",
     _NON_CRITICAL, _NO, "IS GS RSA", "ReadCHFSubGHzConfiguration"),
    ("6.31", "Read CHF Sub GHz Channel",
     _NON_CRITICAL, _NO, "IS GS RSA", "ReadCHFSubGHzChannel"),
    ("6.32", "Read CHF Sub GHz Channel Log",
     _NON_CRITICAL, _NO, "IS GS RSA", "ReadCHFSubGHzChannelLog"),
    ("7.1", "Enable Supply",
     _CRITICAL, _NO, "IS", "EnableSupply"),
    ("7.2", "Disable Supply",
     _CRITICAL, _NO, "IS GS", "DisableSupply"),
    ("7.3", "Arm Supply",
     _CRITICAL, _NO, "IS GS", "ArmSupply"),
    ("7.4", "Read Supply Status",
     _NON_CRITICAL, _NO, "IS ES GS RSA ED GT", "ReadSupplyStatus"),
    ("7.5", "Activate Auxiliary Load",
     _CRITICAL, _NO, "IS", "ActivateAuxiliaryLoad"),
    ("7.6", "Deactivate Auxiliary Load",
     _CRITICAL, _NO, "IS", "DeactivateAuxiliaryLoad"),
    ("7.7", "Read Auxiliary Load Switch Data",
     _NON_CRITICAL, _DCC, "IS ED OU", "ReadALCSData"),
    ("7.8", "Reset Auxiliary Load",
     _CRITICAL, _NO, "IS", "ResetAuxiliaryLoad"),
    ("7.9", "Add Auxiliary Load To Boost Button",
     _NON_CRITICAL, _DCC, "IS", "AddAuxiliaryLoadToBoostButton"),
    ("7.10", "Remove Auxiliary Load From Boost Button",
     _NON_CRITICAL, _DCC, "IS", "RemoveAuxiliaryLoadFromBoostButton"),
    ("7.11", "Read Boost Button Details",
     _NON_CRITICAL, _DCC, "IS OU", "ReadBoostButtonDetails"),
    ("7.12", "Set Randomised Offset Limit",
     _CRITICAL, _NO, "IS", "SetRandomisedOffsetLimit"),
    ("7.13", "Set Auxiliary Controller State",
     _CRITICAL, _NO, "IS", "SetAuxiliaryControllerState"),
    ("7.14", "Read Auxiliary Controller Configuration Data",
     _NON_CRITICAL, _DCC, "IS ED OU", "ReadAuxiliaryControllerConfigurationData"),
    ("7.15", "Read Auxiliary Controller Operational Data",
     _NON_CRITICAL, _DCC, "IS ED OU", "ReadAuxiliaryControllerOperationalData"),
    ("7.16", "Limit APC Level",
     _CRITICAL, _NO, "", "LimitAPCLevel"),
    ("8.1.1", "Commission Device",
     _COMMISSION, _NO, "IS GS", "CommissionDeviceSynchroniseClock"),
    ("8.2", "Read Inventory",
     _NON_DEVICE, _NO, "IS ES GS RSA ED GT OU", "ReadInventory"),
    ("8.3", "Decommission Device",
     _NON_DEVICE, _NO, "IS GS", "DecommissionDevice"),
    ("8.4", "Update Inventory",
     _NON_DEVICE, _NO, "IS ES GS RSA ED GT OU", "UpdateInventory"),
    ("8.5", "Service Opt Out",
     _OPT_OUT, _DCC, "", "ServiceOptOut"),
    ("8.6", "Service Opt In",
     _NON_DEVICE, _NO, "", "ServiceOptIn"),
    ("8.7.1", "Join Service (Critical)",
     _CRITICAL, _NO, "IS GS", "JoinServiceCritical"),
    ("8.7.2", "Join Service (Non-Critical)",
     _NON_CRITICAL, _NO, "IS GS OU", "JoinServiceNonCritical"),
    ("8.8.1", "Unjoin Service (Critical)",
     _CRITICAL, _NO, "IS GS", "UnjoinServiceCritical"),
    ("8.8.2", "Unjoin Service (Non-Critical)",
     _NON_CRITICAL, _NO, "IS GS OU", "UnjoinServiceNonCritical"),
    ("8.9", "Read Device Log",
     _NON_CRITICAL, _DCC, "IS GS OU", "ReadDeviceLog"),
    ("8.11", "Update HAN Device Log",
     _NON_CRITICAL, _DCC, "IS GS OU", "UpdateHANDeviceLog"),
    ("8.12.1", "Restore HAN Device Log",
     _NON_CRITICAL, _NO, "IS GS", "RestoreHANDeviceLog"),
    ("8.12.2", "Restore Gas Proxy Function Device Log",
     _NON_CRITICAL, _NO, "IS GS", "RestoreGPFDeviceLog"),
    ("8.13", "Return Local Command Response",
     _NON_DEVICE, _NO, "IS GS", "ReturnLocalCommandResponse"),
    ("8.14.1", "Communications Hub Status Update- Install Success",
     _NON_DEVICE, _NO, "IS GS", "CHFInstallSuccessSMWAN"),
    ("8.14.2", "Communications Hub Status Update - Install No SM WAN",
     _NON_DEVICE, _NO, "IS GS", "CHFInstallSuccessNoSMWAN"),
    ("8.14.3", "Communications Hub Status Update – Fault Return",
     _NON_DEVICE, _NO, "IS GS", "CHFFaultReturn"),
    ("8.14.4", "Communications Hub Status Update – No Fault Return",
     _NON_DEVICE, _NO, "IS GS", "CHFNoFaultReturn"),
    ("9.1", "Request Customer Identification Number",
     _NON_CRITICAL, _NO, "OU", "RequestCustomerIdentificationNumber"),
    ("11.1", "Update Firmware",
     _NON_DEVICE, _NO, "IS GS", "UpdateFirmware"),
    ("11.2", "Read Firmware Version",
     _NON_CRITICAL, _DCC, "IS ES GS RSA ED GT OU", "ReadFirmwareVersion"),
    ("11.3", "Activate Firmware",
     _CRITICAL, _DEVICE, "IS GS", "ActivateFirmware"),
    ("11.4", "Update PPMID Firmware",
     _NON_DEVICE, _NO, "IS GS", "UpdatePPMIDFirmware"),
    ("12.1", "Request WAN Matrix",
     _NON_DEVICE, _NO, "IS ES GS RSA ED GT OU", "RequestWANMatrix"),
    ("12.2", "Device Pre-notification",
     _NON_DEVICE, _NO, "IS ES GS RSA ED GT OU", "DevicePrenotification"),
    ("14.1", "Record Network Data (GAS)",
     _NON_CRITICAL, _NO, "GT", "RecordNetworkDataGAS"),
)
# fmt: on

VARIANTS: Final[Mapping[str, ServiceRequestVariant]] = MappingProxyType(
    {
        srv: ServiceRequestVariant(
            srv,
            name,
            kind.critical,
            kind.non_device,
            kind.command_variants,
            future_dated,
            frozenset(Role[role] for role in roles.split()),
            body_element,
        )
        for srv, name, kind, future_dated, roles, body_element in _ROWS
    }
)
"""Every row by its Service Reference Variant, in the order of the standard."""

_BY_BODY: Final[Mapping[str, ServiceRequestVariant]] = MappingProxyType(
    {row.body_element: row for row in VARIANTS.values()}
)
